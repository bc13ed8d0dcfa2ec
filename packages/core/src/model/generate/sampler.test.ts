import '@tensorflow/tfjs-backend-cpu'
import { afterAll, describe, expect, it } from 'vitest'
import { eagerBackend } from '../../backend/eager-backend.ts'
import { createRandom } from '../../random.ts'
import { createProgramCache } from '../language-model/program-cache.ts'
import { BLOCK, type SampleOptions, sample } from './sample.ts'
import { drawSurveyed, sampler } from './sampler.ts'
import { surveyLogits } from './survey.ts'

const backend = eagerBackend({ tfBackend: 'cpu' })
const core = { programs: createProgramCache(backend), precision: 'float32' as const }
afterAll(() => backend.dispose())

const all: SampleOptions = { temperature: 1, topK: 0, topP: 1 }
/** No multiple of a block. */
const size = 5 * BLOCK + 77
const { normal } = createRandom(3)
const logits = Float32Array.from({ length: size }, () => 3 * normal())

/** Exact probabilities of what may be drawn, by sorting everything. */
function probabilities({ temperature, topK, topP }: SampleOptions, from = logits): number[] {
  const top = Math.max(...from)
  const weights = Array.from(from, (l) => Math.exp((l - top) / temperature))
  const sorted = [...from.keys()].sort((a, b) => from[b]! - from[a]! || a - b)
  const kept = topK > 0 ? sorted.slice(0, topK) : sorted
  const least = topP * kept.reduce((sum, id) => sum + weights[id]!, 0)
  const exact = new Array<number>(from.length).fill(0)
  let sum = 0
  for (const id of kept) {
    if (topP < 1 && sum >= least) break
    exact[id] = weights[id]!
    sum += weights[id]!
  }
  return exact.map((weight) => weight / sum)
}

async function drawMany(options: SampleOptions, draws: number, from = logits): Promise<number[]> {
  const [survey] = await surveyLogits(core, { shape: [1, from.length], data: from }, [options.temperature])
  const random = createRandom(1)
  return Array.from({ length: draws }, () => drawSurveyed(from, survey!, options, random))
}

describe('surveyLogits', () => {
  it('gives the largest and the sum of weights of each block, of each row by itself', async () => {
    const two = new Float32Array(2 * size)
    two.set(logits)
    two.set(logits.toReversed(), size)
    const surveys = await surveyLogits(core, { shape: [2, size], data: two }, [1, 0.5])
    for (const [row, temperature] of [1, 0.5].entries()) {
      const own = two.subarray(row * size, (row + 1) * size)
      const top = Math.max(...own)
      expect(surveys[row]!.maxima).toHaveLength(6)
      for (let block = 0; block < 6; block++) {
        const part = own.subarray(block * BLOCK, (block + 1) * BLOCK)
        expect(surveys[row]!.maxima[block]).toBe(Math.max(...part))
        const sum = part.reduce((sum, l) => sum + Math.exp((l - top) / temperature), 0)
        expect(surveys[row]!.sums[block]! / sum).toBeCloseTo(1, 5)
      }
    }
    const [alone] = await surveyLogits(core, { shape: [1, size], data: two.subarray(size) }, [0.5])
    expect(alone).toEqual(surveys[1])
  })
})

describe('drawSurveyed', () => {
  it.each<[string, SampleOptions]>([
    ['everything', all],
    ['a lower temperature', { ...all, temperature: 0.6 }],
    ['a higher temperature', { ...all, temperature: 2 }],
    ['a nucleus', { ...all, topP: 0.9 }],
    [
      'a small nucleus at a high temperature, mostly sorted after all',
      { temperature: 1.5, topK: 0, topP: 0.1 },
    ],
    ['a nucleus of one', { temperature: 0.3, topK: 0, topP: 0.2 }],
    ['the five largest, fewer than there are blocks', { ...all, topK: 5 }],
    ['the seven largest, more than there are blocks', { ...all, topK: 7 }],
    ['a nucleus among the six largest', { temperature: 1, topK: 6, topP: 0.8 }],
  ])('draws with the right frequencies from %s', async (_, options) => {
    const draws = 20_000
    const exact = probabilities(options)
    const counts = new Array<number>(size).fill(0)
    for (const id of await drawMany(options, draws)) counts[id]!++
    // Pearson's statistic of ids that are expected at least five times, the others as one.
    let [statistic, cells, rest, restExpected] = [0, 0, 0, 0]
    const add = (count: number, expected: number) => {
      statistic += (count - expected) ** 2 / expected
      cells++
    }
    for (const [id, probability] of exact.entries()) {
      if (probability === 0) expect(counts[id]).toBe(0)
      else if (draws * probability >= 5) add(counts[id]!, draws * probability)
      else {
        rest += counts[id]!
        restExpected += draws * probability
      }
    }
    if (restExpected >= 5) add(rest, restExpected)
    // Four standard deviations of it.
    expect(statistic).toBeLessThanOrEqual(cells - 1 + 4 * Math.sqrt(2 * cells))
  })

  it('draws the same for the same seed', async () => {
    const options = { ...all, topP: 0.9 }
    expect(await drawMany(options, 50)).toEqual(await drawMany(options, 50))
  })

  it.each<SampleOptions>([
    all,
    { ...all, topK: 3 },
    { ...all, topP: 0.99 },
    { ...all, topK: 600, topP: 0.9 },
  ])('never draws what is masked, nor fails where all but one is: %o', async (options) => {
    const masked = Float32Array.from(logits, (l, id) =>
      id % 3 || id < 2 * BLOCK ? Number.NEGATIVE_INFINITY : l,
    )
    for (const id of await drawMany(options, 500, masked))
      expect(masked[id]).toBeGreaterThan(Number.NEGATIVE_INFINITY)
    const one = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
    one[size - 1] = 3
    expect(new Set(await drawMany(options, 50, one))).toEqual(new Set([size - 1]))
  })

  it('draws as from the logits alone where one is no number', async () => {
    const odd = logits.slice()
    odd[40] = Number.NaN
    const random = createRandom(1)
    expect(await drawMany(all, 20, odd)).toEqual(Array.from({ length: 20 }, () => sample(odd, all, random)))
  })

  it.each([1e-320, 1e-3, 1e38])('takes logits of any size, at temperature %d', async (temperature) => {
    const huge = new Float32Array(size).fill(-3e38)
    huge[300] = 3e38
    expect(new Set(await drawMany({ ...all, temperature }, 20, huge)).size).toBeLessThan(20)
    expect((await drawMany({ ...all, temperature: 1e-3 }, 20, huge)).every((id) => id === 300)).toBe(true)
  })
})

describe('sampler', () => {
  it('draws of each row with its own options, several rows of each and none of some', async () => {
    const rows = new Float32Array(6 * size)
    for (let row = 0; row < 6; row++) rows.set(logits, row * size)
    const sampling = [{ ...all, topK: 1 }, undefined, { ...all, temperature: 0.01 }]
    const draw = await sampler(core, { shape: [6, size], data: rows }, sampling, 2)
    const largest = logits.indexOf(Math.max(...logits))
    for (const row of [0, 1, 4, 5]) expect(draw(logits, row, createRandom(row))).toBe(largest)
  })
})
