import type { HostTensor } from '../../backend/backend.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'

/** Ids that a text may contain: of printable characters, and that encode to themselves again. */
export function readableTokens(tokenizer: Tokenizer, vocabSize: number): number[] {
  const readable: number[] = []
  for (let id = 0; id < vocabSize; id++) {
    const text = tokenizer.decode([id])
    if (!/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(text)) continue
    const again = tokenizer.encode(text, { addSpecialTokens: false })
    if (again.length === 1 && again[0] === id) readable.push(id)
  }
  return readable
}

/**
 * For one position of a prompt, the ids whose embeddings promise the largest decrease of the loss to first order: those with the
 * largest −g · E(v) (Shin et al. 2020; Zou et al. 2023, greedy coordinate gradient).
 * @param gradient of the loss with respect to the position's embedding, [d]
 */
export function promisingTokens(
  gradient: ArrayLike<number>,
  { data, shape }: HostTensor,
  allowed: readonly number[],
  count: number,
): number[] {
  const width = shape[1] as number
  const scores = allowed.map((id) => {
    let sum = 0
    for (let d = 0; d < width; d++) sum -= (gradient[d] as number) * (data[id * width + d] as number)
    return sum
  })
  return [...allowed.keys()]
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .slice(0, count)
    .map((index) => allowed[index] as number)
}
