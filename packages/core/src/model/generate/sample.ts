import type { Random } from '../../random.ts'

export interface SampleOptions {
  /** Logits are divided by it; 0 takes the largest, the first of several. */
  readonly temperature: number
  /** Keep the k largest; 0 keeps all. */
  readonly topK: number
  /** Keep the fewest whose probabilities sum to at least this; 1 keeps all. */
  readonly topP: number
}

/**
 * Draws an id from logits [V]: temperature, then top-k, then top-p (Holtzman et al. 2020), as transformers does. The vocabulary is
 * never sorted: of a quarter of a million logits, those that may be drawn are a few hundred.
 */
export function sample(
  logits: Float32Array,
  { temperature, topK, topP }: SampleOptions,
  random: Random,
): number {
  let first = 0
  for (let id = 1; id < logits.length; id++) {
    if ((logits[id] as number) > (logits[first] as number)) first = id
  }
  if (temperature === 0) return first
  const top = logits[first] as number
  const weightOf = (id: number) => Math.exp(((logits[id] as number) - top) / temperature)
  if (topK === 0 && topP >= 1) return drawFromAll(logits.length, weightOf, random)
  const ids = topK > 0 ? largest(logits, { top, temperature }, (found) => found.length >= topK) : undefined
  const kept = ids?.subarray(0, topK)
  if (kept && topP >= 1) return kept[draw(Float64Array.from(kept, weightOf), random)] as number
  const least = topP * (kept ? sumOf(Float64Array.from(kept, weightOf)) : sumOfAll(logits.length, weightOf))
  const sorted =
    kept ??
    largest(logits, { top, temperature }, (found) => sumOf(Float64Array.from(found, weightOf)) >= least)
  const weights = Float64Array.from(sorted, weightOf)
  let sum = 0
  let count = 0
  while (count < weights.length && sum < least) sum += weights[count++] as number
  return sorted[draw(weights.subarray(0, count), random)] as number
}

/**
 * Ids of the largest logits, largest first, ties by id: as many as are enough, or all. Those that are near the top are gathered,
 * nearness growing until they suffice, and they alone are sorted.
 */
function largest(
  logits: Float32Array,
  { top, temperature }: { readonly top: number; readonly temperature: number },
  isEnough: (ids: Uint32Array) => boolean,
): Uint32Array {
  for (let below = 8 * temperature; ; below *= 2) {
    const ids: number[] = []
    for (let id = 0; id < logits.length; id++) if ((logits[id] as number) >= top - below) ids.push(id)
    const found = Uint32Array.from(ids)
    if (found.length < logits.length && !isEnough(found) && below < Number.MAX_VALUE) continue
    return found.sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b)
  }
}

/** Weights that are summed at once. */
const BLOCK = 4096

/** Sums of the weights of 0 to n − 1, by block. */
function blockSums(n: number, weightOf: (id: number) => number): Float64Array {
  const sums = new Float64Array(Math.ceil(n / BLOCK))
  for (let id = 0; id < n; id++) sums[(id / BLOCK) | 0] = (sums[(id / BLOCK) | 0] as number) + weightOf(id)
  return sums
}

const sumOfAll = (n: number, weightOf: (id: number) => number): number => sumOf(blockSums(n, weightOf))

/** An id from 0 to n − 1 with a probability in proportion to its weight. No weights are kept but those of one block. */
function drawFromAll(n: number, weightOf: (id: number) => number, random: Random): number {
  const sums = blockSums(n, weightOf)
  let left = random.uniform() * sumOf(sums)
  let block = 0
  while (block < sums.length - 1 && left >= (sums[block] as number)) left -= sums[block++] as number
  const end = Math.min(n, (block + 1) * BLOCK)
  for (let id = block * BLOCK; id < end; id++) {
    left -= weightOf(id)
    if (left < 0) return id
  }
  return end - 1
}

/** An index with a probability in proportion to its weight. */
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
