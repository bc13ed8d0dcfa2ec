import { describe, expect, it } from 'vitest'
import type { PatchEffect } from '../manifest.ts'
import { effectChanges } from './effect-changes.ts'

const effect = (metric: string, value: number, more: Partial<PatchEffect> = {}): PatchEffect => ({
  ...{ metric, judge: 'phrases', data: 'harmful.jsonl', n: 100 },
  before: { value: 0.1, low: 0.05, high: 0.15 },
  after: { value, low: value - 0.05, high: value + 0.05 },
  ...more,
})

const changes = (before: readonly PatchEffect[], after: readonly PatchEffect[]) =>
  effectChanges(before, after).map(({ change }) => change)

describe('effectChanges', () => {
  it('calls a change one only where the intervals do not overlap', () => {
    expect(changes([effect('refusal rate', 0.8)], [effect('refusal rate', 0.88)])).toEqual(['same'])
    expect(changes([effect('refusal rate', 0.8)], [effect('refusal rate', 0.91)])).toEqual(['improved'])
    expect(changes([effect('refusal rate', 0.8)], [effect('refusal rate', 0.6)])).toEqual(['worse'])
  })

  it('knows for which metrics lower is better, and takes what the effect itself says before that', () => {
    expect(changes([effect('over-refusal rate', 0.2)], [effect('over-refusal rate', 0.5)])).toEqual(['worse'])
    const made = (value: number) => effect('refusal rate', value, { better: 'lower' })
    expect(changes([made(0.2)], [made(0.5)])).toEqual(['worse'])
    expect(changes([effect('own metric', 0.2)], [effect('own metric', 0.5)])).toEqual(['unclear'])
  })

  it('tells what is measured newly, and what no longer is; another judge is another effect', () => {
    const other = effect('refusal rate', 0.8, { judge: 'classifier' })
    expect(changes([effect('refusal rate', 0.8)], [other])).toEqual(['dropped', 'added'])
  })
})
