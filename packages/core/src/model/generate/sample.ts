import type { Random } from '../../random.ts'

export interface SampleOptions {
  /** Logits are divided by it; above 0. */
  readonly temperature: number
  /** Keep the k largest; 0 keeps all. */
  readonly topK: number
  /** Keep the fewest whose probabilities sum to at least this; 1 keeps all. */
  readonly topP: number
}

/** Draws an id from logits [V]: temperature, then top-k, then top-p (Holtzman et al. 2020), as transformers does. */
export function sample(
  logits: Float32Array,
  { temperature, topK, topP }: SampleOptions,
  random: Random,
): number {
  let top = Number.NEGATIVE_INFINITY
  for (let id = 0; id < logits.length; id++) if ((logits[id] as number) > top) top = logits[id] as number
  if (topK === 0 && topP >= 1) {
    const weights = new Float64Array(logits.length)
    for (let id = 0; id < weights.length; id++) {
      weights[id] = Math.exp(((logits[id] as number) - top) / temperature)
    }
    return draw(weights, random)
  }
  const ids = kept(logits, topK)
  const weights = Float64Array.from(ids, (id) => Math.exp(((logits[id] as number) - top) / temperature))
  if (topP >= 1) return ids[draw(weights, random)] as number
  const total = sumOf(weights)
  let sum = 0
  let count = 0
  while (count < weights.length && sum < topP * total) sum += weights[count++] as number
  return ids[draw(weights.subarray(0, count), random)] as number
}

/** The ids of the k largest logits (all for 0), largest first, ties by id. */
function kept(logits: Float32Array, k: number): Uint32Array {
  const ids = Uint32Array.from(logits, (_, id) => id)
  ids.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b)
  return k > 0 ? ids.subarray(0, k) : ids
}

/** An index with a probability in proportion to its weight. Each weight is worked out once: there are tens of thousands. */
function draw(weights: Float64Array, random: Random): number {
  let left = random.uniform() * sumOf(weights)
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number
    if (left < 0) return i
  }
  return weights.length - 1
}

function sumOf(weights: Float64Array): number {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i] as number
  return total
}
