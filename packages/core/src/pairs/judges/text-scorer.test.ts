import { describe, expect, it } from 'vitest'
import { goldenJson } from '../../../test/goldens.ts'
import { murmurHash3 } from './hashed-ngrams.ts'
import type { LinearTextClassifier } from './linear-text-classifier.ts'
import { linearTextScorer, wordWindows } from './text-scorer.ts'

const { classifier, texts, probabilities } = await goldenJson<{
  classifier: LinearTextClassifier
  texts: string[]
  probabilities: number[]
}>('linear-text.json')

describe('linearTextScorer', () => {
  it("gives scikit-learn's probabilities", async () => {
    const scores = await linearTextScorer(classifier).score(texts)
    expect(scores.length).toBe(probabilities.length)
    for (const [index, score] of scores.entries()) {
      expect(score, JSON.stringify(texts[index]?.slice(0, 40))).toBeCloseTo(
        probabilities[index] ?? Number.NaN,
        12,
      )
    }
    expect(new Set(scores.map((score) => score.toFixed(3))).size).toBeGreaterThan(8)
  })

  it('knows nothing of a text without words: its intercept', async () => {
    const [empty, stopped] = await linearTextScorer(classifier).score(['…', 'you, the'])
    expect(empty).toBeCloseTo(1 / (1 + Math.exp(-classifier.intercept)), 12)
    expect(stopped).toBe(empty)
  })

  it('scores a long text by its worst piece, wherever that stands', async () => {
    const scorer = linearTextScorer(classifier)
    const plain = 'we went to the museum and bought milk and bread '
    const insulted = [0, 10, 20].map(
      (at) => `${plain.repeat(at)} stupid idiot moron idiot stupid moron ${plain.repeat(20 - at)}`,
    )
    const [quiet = 1, ...scores] = await scorer.score([plain.repeat(20), ...insulted])
    expect(quiet).toBeLessThan(0.5)
    for (const score of scores) expect(score).toBeGreaterThan(0.6)
  })

  it('stops when aborted', async () => {
    const aborted = linearTextScorer(classifier).score(['x'], { signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it.each([
    [{ ...classifier, name: '', scale: 0 }, /2 bad fields.*name.*scale/],
    [{ ...classifier, format: 'other' }, /format/],
    [{ ...classifier, weights: classifier.weights.slice(0, 400) }, /300 weights for 512 buckets/],
    [{ ...classifier, weights: '%%' }, /undecodable/],
    [{ ...classifier, features: { ...classifier.features, ngrams: [4, 2] } }, /n-grams of 4 to 2/],
  ])('refuses what is no classifier, %#', (bad, message) => {
    expect(() => linearTextScorer(bad as LinearTextClassifier)).toThrow(message)
    expect(() => linearTextScorer(bad as LinearTextClassifier)).toThrow(
      expect.objectContaining({ code: 'MALFORMED' }),
    )
  })
})

describe('murmurHash3', () => {
  // What `sklearn.utils.murmurhash3_32` gives for these, signed, with seed 0.
  it.each([
    ['', 0],
    ['a', 1009084850],
    ['ab', -1681926305],
    ['abc', -1277324294],
    ['abcd', 1139631978],
    [' hello ', 272029859],
    ['é🖕', 943546928],
  ])('hashes %j', (text, hash) => {
    expect(murmurHash3(new TextEncoder().encode(text))).toBe(hash)
  })
})

describe('wordWindows', () => {
  const words = [...'abcdefgh']
  it('overlaps, and ends with the text', () => {
    const window = { words: 4, stride: 3 }
    expect(wordWindows(words, window).map((piece) => piece.join(''))).toEqual(['abcd', 'defg', 'efgh'])
    expect(wordWindows(words.slice(0, 4), window)).toEqual([['a', 'b', 'c', 'd']])
    expect(wordWindows([], window)).toEqual([[]])
  })
})
