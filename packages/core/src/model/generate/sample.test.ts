import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { sample } from './sample.ts'

const logits = Float32Array.of(1.2, -0.3, 2, 0.4, -9, 2)
const all = { temperature: 1, topK: 0, topP: 1 }

function softmax(values: ArrayLike<number>, temperature = 1): number[] {
  const exps = Array.from(values, (v) => Math.exp(v / temperature))
  const total = exps.reduce((sum, e) => sum + e, 0)
  return exps.map((e) => e / total)
}

function frequencies(options: typeof all, draws = 20_000): number[] {
  const random = createRandom(1)
  const counts = new Array(logits.length).fill(0)
  for (let i = 0; i < draws; i++) counts[sample(logits, options, random)]++
  return counts.map((count) => count / draws)
}

/** Kept probabilities, made to sum to 1. */
const renormalized = (probabilities: number[], kept: number[]) => {
  const total = kept.reduce((sum, id) => sum + probabilities[id]!, 0)
  return probabilities.map((p, id) => (kept.includes(id) ? p / total : 0))
}

const p = softmax(logits)

describe('sample', () => {
  it.each([
    ['everything', all, p],
    ['a lower temperature', { ...all, temperature: 0.5 }, softmax(logits, 0.5)],
    ['a higher temperature', { ...all, temperature: 3 }, softmax(logits, 3)],
    ['the three largest', { ...all, topK: 3 }, renormalized(p, [2, 5, 0])],
    ['more than there are', { ...all, topK: 100 }, p],
    // p is 0.36, 0.36, 0.16, 0.07, 0.04: two sum to 0.72, three to 0.88.
    ['the fewest that reach 0.8', { ...all, topP: 0.8 }, renormalized(p, [2, 5, 0])],
    ['the fewest that reach 0.7', { ...all, topP: 0.7 }, renormalized(p, [2, 5])],
    ['top-p among the top k', { temperature: 1, topK: 2, topP: 0.4 }, renormalized(p, [2])],
  ])('draws with the right frequencies from %s', (_, options, expected) => {
    for (const [id, frequency] of frequencies(options).entries()) {
      // Four standard deviations.
      const deviation = Math.sqrt((expected[id]! * (1 - expected[id]!)) / 20_000)
      expect(Math.abs(frequency - expected[id]!)).toBeLessThanOrEqual(4 * deviation + 1e-12)
    }
  })

  it.each([
    { temperature: 0.3, topK: 0, topP: 0.95 },
    { temperature: 2, topK: 0, topP: 0.999 },
    { temperature: 1, topK: 40, topP: 0.9 },
    { temperature: 1, topK: 7, topP: 1 },
    { temperature: 1, topK: 0, topP: 1 },
  ])('draws of a large vocabulary what sorting all of it would: %o', (options) => {
    const { temperature, topK, topP } = options
    const { normal } = createRandom(3)
    const many = Float32Array.from({ length: 5000 }, () => 3 * normal())
    const weights = softmax(many, temperature)
    const sorted = [...many.keys()].sort((a, b) => many[b]! - many[a]! || a - b)
    const kept = topK > 0 ? sorted.slice(0, topK) : topP < 1 ? sorted : [...many.keys()]
    const least = topP * kept.reduce((sum, id) => sum + weights[id]!, 0)
    const before = (count: number) => kept.slice(0, count).reduce((sum, id) => sum + weights[id]!, 0)
    const drawn = topP < 1 ? kept.filter((_, i) => before(i) < least) : kept
    const total = drawn.reduce((all, id) => all + weights[id]!, 0)
    const [own, plain] = [createRandom(9), createRandom(9)]
    for (let i = 0; i < 50; i++) {
      let left = plain.uniform() * total
      const expected = drawn.find((id) => {
        left -= weights[id]!
        return left < 0
      })
      expect(sample(many, options, own)).toBe(expected)
    }
  })

  it('draws the same for the same seed', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 30 }, () => sample(logits, all, random))
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it('takes logits of any size', () => {
    const huge = Float32Array.of(-3e38, 3e38, 0)
    expect(sample(huge, { ...all, temperature: 1e-3 }, createRandom(1))).toBe(1)
  })
})
