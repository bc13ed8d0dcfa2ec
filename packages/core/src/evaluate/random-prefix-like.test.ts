import { expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { randomPrefixLike } from './random-prefix-like.ts'

const { normal } = createRandom(5)
const trained = {
  length: 40,
  embeddings: Float32Array.from({ length: 40 * 64 }, (_, i) => (1 + i / 640) * normal()),
}
const rowsOf = ({ embeddings }: { embeddings: Float32Array }) =>
  Array.from({ length: 40 }, (_, row) => embeddings.subarray(64 * row, 64 * (row + 1)))
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
const norms = (prefix: { embeddings: Float32Array }) => rowsOf(prefix).map((row) => Math.sqrt(dot(row, row)))

it('has as many vectors of the same lengths, in another order', () => {
  const random = randomPrefixLike(trained, 3)
  expect(random.length).toBe(40)
  const ascending = (values: number[]) => [...values].sort((a, b) => a - b)
  for (const [i, norm] of ascending(norms(random)).entries()) {
    expect(norm).toBeCloseTo(ascending(norms(trained))[i] as number, 4)
  }
  expect(norms(random).map((norm) => norm.toFixed(3))).not.toEqual(
    norms(trained).map((norm) => norm.toFixed(3)),
  )
})

it('points in directions that have nothing to do with the trained ones, in none more than in others', () => {
  const random = randomPrefixLike(trained)
  const unit = (prefix: { embeddings: Float32Array }) =>
    rowsOf(prefix).map((row, i) => row.map((x) => x / (norms(prefix)[i] as number)))
  const [a, b] = [unit(random), unit(trained)]
  const cosines = a.flatMap((row) => b.map((other) => dot(row, other)))
  const mean = cosines.reduce((sum, x) => sum + x, 0) / cosines.length
  const squares = cosines.reduce((sum, x) => sum + x * x, 0) / cosines.length
  expect(Math.abs(mean)).toBeLessThan(0.02)
  // Of independent directions in d dimensions the cosine's variance is 1 / d.
  expect(squares * 64).toBeCloseTo(1, 0)
})

it('is the same for a seed, another for another, and takes what carries a prefix', () => {
  expect(randomPrefixLike({ prefix: trained }, 7)).toEqual(randomPrefixLike(trained, 7))
  expect(randomPrefixLike(trained, 8).embeddings).not.toEqual(randomPrefixLike(trained, 7).embeddings)
})
