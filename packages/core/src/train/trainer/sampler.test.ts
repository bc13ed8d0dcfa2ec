import { describe, expect, it } from 'vitest'
import type { PromptKind } from '../../pairs/rows/prompt-kind.ts'
import { createSampler, drawnIndices } from './sampler.ts'

const kindsOf = (harmful: number, harmless: number): PromptKind[] => [
  ...new Array<PromptKind>(harmful).fill('harmful'),
  ...new Array<PromptKind>(harmless).fill('harmless'),
]

describe('createSampler', () => {
  it.each([
    [0.25, 1],
    [0.25, 3],
    [1 / 3, 8],
    [0, 4],
    [1, 4],
  ])('keeps a harmless share of %f on average in batches of %i', (harmlessShare, batchSize) => {
    const kinds = kindsOf(9, 5)
    const sampler = createSampler(kinds, { harmlessShare, seed: 1 })
    let harmless = 0
    for (let drawn = batchSize; drawn <= 400; drawn += batchSize) {
      const batch = sampler.next(batchSize)
      expect(batch).toHaveLength(batchSize)
      harmless += batch.filter((index) => kinds[index] === 'harmless').length
      expect(Math.abs(harmless - harmlessShare * drawn)).toBeLessThan(1)
    }
  })

  it("takes the data's own share by default, and every example once in each pass", () => {
    const sampler = createSampler(kindsOf(12, 4), { seed: 2 })
    const passes = [0, 1, 2].map(() => [sampler.next(8), sampler.next(8)].flat())
    for (const pass of passes) expect([...pass].sort((a, b) => a - b)).toEqual([...Array(16).keys()])
    expect(passes[0]).not.toEqual(passes[1])
    expect(sampler.epoch()).toBe(3)
  })

  it('shows every example of a kind once before any comes again, whatever the share', () => {
    const sampler = createSampler(kindsOf(20, 3), { harmlessShare: 0.5, seed: 3 })
    const drawn = [0, 1, 2].flatMap(() => sampler.next(4)).filter((index) => index >= 20)
    expect(new Set(drawn.slice(0, 3)).size).toBe(3)
    expect(new Set(drawn.slice(3)).size).toBe(3)
  })

  it('draws the same for the same seed', () => {
    const draw = (seed: number) => createSampler(kindsOf(20, 10), { seed }).next(12)
    expect(draw(4)).toEqual(draw(4))
    expect(draw(4)).not.toEqual(draw(5))
  })

  it('goes on from a state as it would have, through JSON too', () => {
    const options = { harmlessShare: 0.3, seed: 6 }
    const sampler = createSampler(kindsOf(7, 4), options)
    for (let i = 0; i < 5; i++) sampler.next(3)
    const state = JSON.parse(JSON.stringify(sampler.state()))
    const resumed = createSampler(kindsOf(7, 4), options)
    resumed.load(state)
    const draw = (from: typeof sampler) => Array.from({ length: 10 }, () => [from.next(3), from.epoch()])
    const expected = draw(sampler)
    expect(draw(resumed)).toEqual(expected)
    resumed.load(state)
    expect(draw(resumed)).toEqual(expected)
  })

  it.each([
    [1.5, kindsOf(1, 1), 'INVALID_ARGUMENT'],
    [Number.NaN, kindsOf(1, 1), 'INVALID_ARGUMENT'],
    [0.5, kindsOf(3, 0), 'EMPTY_DATA'],
    [0.5, kindsOf(0, 3), 'EMPTY_DATA'],
  ])('refuses a share of %f that cannot be', (harmlessShare, kinds, code) => {
    expect(() => createSampler(kinds, { harmlessShare, seed: 0 })).toThrow(expect.objectContaining({ code }))
  })
})

describe('drawnIndices', () => {
  it('is what the steps of a run draw, in order', () => {
    const kinds = kindsOf(30, 20)
    const options = { harmlessShare: 0.25, seed: 3 }
    const sampler = createSampler(kinds, options)
    const drawn = [...sampler.next(4), ...sampler.next(4), ...sampler.next(4)].sort((a, b) => a - b)
    expect(drawnIndices(kinds, { ...options, steps: 3, batchSize: 4 })).toEqual(drawn)
    expect(drawnIndices(kinds, { ...options, steps: 500 })).toEqual([...kinds.keys()])
  })

  it('holds one of each kind, so that a sampler with the same share can be made of them', () => {
    const kinds = kindsOf(9, 9)
    const options = { harmlessShare: 0.1, seed: 3 }
    const drawn = drawnIndices(kinds, { ...options, steps: 1, batchSize: 2 })
    const chosen = drawn.map((index) => kinds[index]!)
    expect(new Set(chosen)).toEqual(new Set(['harmful', 'harmless']))
    expect(createSampler(chosen, options).next(2)).toHaveLength(2)
  })
})
