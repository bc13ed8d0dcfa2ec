import { expect, it } from 'vitest'
import type { Prefix } from '../../model/language-model/language-model.ts'
import { evenlyChosen } from './compress-patches.ts'

const prefix = (...rows: number[]): Prefix => ({
  length: rows.length,
  embeddings: Float32Array.from(rows.flatMap((row) => [row, -row])),
})
const chosen = (prefixes: readonly Prefix[], length: number) => {
  const { length: found, embeddings } = evenlyChosen(prefixes, length)
  expect([found, embeddings.length]).toEqual([length, 2 * length])
  return Array.from({ length }, (_, i) => embeddings[2 * i])
}

it('takes virtual tokens evenly, and repeats them where there are too few', () => {
  const both = [prefix(1, 2, 3), prefix(4, 5, 6)]
  expect(chosen(both, 6)).toEqual([1, 2, 3, 4, 5, 6])
  expect(chosen(both, 3)).toEqual([1, 3, 5])
  expect(chosen(both, 8)).toEqual([1, 2, 3, 4, 5, 6, 1, 2])
})
