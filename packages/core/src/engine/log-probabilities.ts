import type { TokenLogProbability } from './engine.ts'

/** ln π of a token, and of the k most probable ones, under logits [V]: log-softmax at temperature 1. */
export function logProbabilities(
  logits: Float32Array,
  token: number,
  k: number,
): { readonly logProbability: number; readonly top: readonly TokenLogProbability[] } {
  let largest = Number.NEGATIVE_INFINITY
  for (const logit of logits) if (logit > largest) largest = logit
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - largest)
  const logSum = largest + Math.log(sum)
  const top: TokenLogProbability[] = []
  for (let id = 0; id < logits.length; id++) {
    const logProbability = (logits[id] as number) - logSum
    if (top.length === k && logProbability <= (top.at(-1)?.logProbability ?? Number.POSITIVE_INFINITY))
      continue
    const place = top.findIndex((other) => other.logProbability < logProbability)
    top.splice(place < 0 ? top.length : place, 0, { token: id, logProbability })
    if (top.length > k) top.pop()
  }
  return { logProbability: (logits[token] as number) - logSum, top }
}
