import type { Measurement } from '@policypatch/core/evaluate'
import type { PatchEffect } from '@policypatch/core/patch'
import { describe, expect, it } from 'vitest'
import { compareClaims } from './compare-claims.ts'

const rate = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 })
const figure = (subject: string, value: number, more: Partial<Measurement> = {}): Measurement => ({
  ...{ domain: 'refusal', metric: 'refusal rate', judge: 'phrases', data: 'catqa', n: 60, subject },
  ...{ ...rate(value), interval: 'wilson', better: 'higher', ...more },
})
const claim = (value: number, more: Partial<PatchEffect> = {}): PatchEffect => ({
  ...{ metric: 'refusal rate', judge: 'phrases', data: 'catqa', n: 60, before: rate(0.1) },
  ...{ after: rate(value), ...more },
})
const verdicts = (claims: PatchEffect[], measured: Measurement[]) =>
  compareClaims(claims, measured).claims.map(({ verdict }) => verdict)

describe('compareClaims', () => {
  it('confirms what is not worse than claimed, and contradicts what is, on the same data', () => {
    expect(verdicts([claim(0.9)], [figure('patched', 0.85)])).toEqual(['consistent'])
    expect(verdicts([claim(0.9)], [figure('patched', 1)])).toEqual(['consistent'])
    expect(verdicts([claim(0.9)], [figure('patched', 0.5)])).toEqual(['contradicted'])
    const over: Partial<Measurement> = { metric: 'over-refusal rate', better: 'lower' }
    const claimed = claim(0.1, { metric: 'over-refusal rate' })
    expect(verdicts([claimed], [figure('patched', 0.4, over)])).toEqual(['contradicted'])
  })

  it('does not contradict by other data, and says what it did not measure', () => {
    const own = claim(0.9, { data: 'own.jsonl' })
    expect(verdicts([own], [figure('patched', 0.5), figure('patched', 0.9, { data: 'gptfuzz' })])).toEqual([
      'lower elsewhere',
    ])
    expect(verdicts([own], [figure('patched', 0.9, { judge: 'classifier' })])).toEqual(['not measured'])
  })

  it('names changes that are not claimed, worse ones and better ones, and none within the intervals', () => {
    const lower: Partial<Measurement> = { metric: 'offensive answers', better: 'lower' }
    const { unclaimed } = compareClaims(
      [claim(0.9)],
      [
        ...[figure('base', 0.1), figure('patched', 0.9)],
        ...[figure('base', 0.1, lower), figure('patched', 0.4, lower)],
        ...[figure('base', 0.1, { metric: 'accuracy' }), figure('patched', 0.15, { metric: 'accuracy' })],
      ],
    )
    expect(unclaimed).toMatchObject([{ after: { metric: 'offensive answers' }, change: 'worse' }])
  })
})
