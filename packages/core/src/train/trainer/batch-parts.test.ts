import { describe, expect, it } from 'vitest'
import type { SftExample } from '../examples/example.ts'
import { batchParts } from './batch-parts.ts'

const examples = (count: number, tokens: number): SftExample[] =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'harmful',
    prompt: new Array(tokens / 2).fill(i),
    chosen: new Array(tokens / 2 + 1).fill(1),
  }))

describe('batchParts', () => {
  it('leaves a batch whole that is no more than keeps the backend busy', () => {
    const batch = examples(6, 128)
    expect(batchParts(batch, { objective: { type: 'sft' }, shared: 0 })).toEqual([batch])
  })

  it('halves a batch of twice as many tokens, in order', () => {
    const batch = examples(12, 128)
    const parts = batchParts(batch, { objective: { type: 'sft' }, shared: 0 })
    expect(parts).toEqual([batch.slice(0, 6), batch.slice(6)])
  })

  it('never makes a part of nothing', () => {
    const parts = batchParts(examples(3, 4096), { objective: { type: 'sft' }, shared: 0 })
    expect(parts.map(({ length }) => length)).toEqual([1, 1, 1])
  })

  it('makes parts of the size that is asked for', () => {
    const parts = batchParts(examples(5, 16), { objective: { type: 'sft' }, shared: 0, microBatchSize: 2 })
    expect(parts.map(({ length }) => length)).toEqual([2, 2, 1])
  })
})
