import type { Prefix } from '../model/language-model/language-model.ts'
import { withEmbeddings } from '../model/language-model/prefix.ts'
import { createRandom } from '../random.ts'

/**
 * A baseline for a trained prefix: the same number of vectors with the same norms ‖p‖ in another order, in uniformly random
 * directions, with the same parts and gates. Its effect is that of any prefix of that size. Whatever the trained one changes
 * beyond it comes from training.
 * @param trained a prefix, or an object with one, such as a patch
 * @param seed an integer; the same seed gives the same prefix
 */
export function randomPrefixLike(trained: Prefix | { readonly prefix: Prefix }, seed = 0): Prefix {
  const prefix = 'prefix' in trained ? trained.prefix : trained
  const { length, embeddings } = prefix
  const width = embeddings.length / length
  const random = createRandom(seed)
  const rows = random.shuffle(Array.from({ length }, (_, row) => row))
  const drawn = new Float32Array(embeddings.length)
  for (const [place, row] of rows.entries()) {
    const direction = Float64Array.from({ length: width }, random.normal)
    const scale = norm(embeddings.subarray(row * width, (row + 1) * width)) / norm(direction)
    drawn.set(
      direction.map((x) => x * scale),
      place * width,
    )
  }
  return withEmbeddings(prefix, drawn)
}

function norm(vector: ArrayLike<number>): number {
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += (vector[i] as number) ** 2
  return Math.sqrt(squares)
}
