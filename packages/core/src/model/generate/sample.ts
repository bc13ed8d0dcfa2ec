import type { Random } from '../../random.ts'

export interface SampleOptions {
  /** Divides the logits; above 0. */
  readonly temperature: number
  /** Keeps the k largest; 0 keeps all. */
  readonly topK: number
  /** Keeps the fewest whose probabilities sum to at least this; 1 keeps all. */
  readonly topP: number
}

/** Ignores weights this many nats below the largest: e⁻³² of it is beyond float32's precision. */
const FAR = 32
/** exp(−i / 256). */
const EXPONENTIALS = Float64Array.from({ length: FAR * 256 + 1 }, (_, i) => Math.exp(-i / 256))

/** exp(−x) for x ≥ 0, with relative error 1e-8, in a third of the time of Math.exp; 0 from {@link FAR} on. */
export function decay(x: number): number {
  if (!(x < FAR)) return 0
  const place = (x * 256) | 0
  const rest = x - place / 256
  return (EXPONENTIALS[place] as number) * (1 - rest * (1 - rest / 2))
}

/** The factor for logits, as backends apply it: a float32 that is neither 0 nor infinite. */
export const inverseOf = (temperature: number): number =>
  Math.fround(Math.min(Math.max(1 / temperature, 1e-37), 1e37))

/**
 * Draws an id from logits [V]: temperature, then top-k, then top-p (Holtzman et al. 2020), as in transformers. Never sorts the
 * whole vocabulary: of a quarter of a million logits, only a few hundred can be drawn.
 */
export function sample(
  logits: Float32Array,
  { temperature, topK, topP }: SampleOptions,
  random: Random,
): number {
  let top = Number.NEGATIVE_INFINITY
  for (let id = 0; id < logits.length; id++) if ((logits[id] as number) > top) top = logits[id] as number
  const scale = inverseOf(temperature)
  if (topK === 0 && topP >= 1) {
    return drawByBlocks(logits, blockSums(logits, top, scale), { top, scale }, random)
  }
  const { counts, masses } = intoBuckets(logits, top, scale)
  if (topK > 0) {
    const sorted = largest(logits, top, scale, bucketOf(counts, topK))
    return drawLargest(logits, sorted.subarray(0, topK), { temperature, topP }, random)
  }
  const least = topP * sumOf(masses)
  const sorted = largest(logits, top, scale, bucketOf(masses, least))
  return drawFirst(sorted, weightsOf(logits, sorted, scale), least, random)
}

/** Draws one of the largest logits, given their sorted ids, after applying top-p to them. */
export function drawLargest(
  logits: Float32Array,
  sorted: Uint32Array,
  { temperature, topP }: Omit<SampleOptions, 'topK'>,
  random: Random,
): number {
  const weights = weightsOf(logits, sorted, inverseOf(temperature))
  return drawFirst(sorted, weights, topP < 1 ? topP * sumOf(weights) : Number.POSITIVE_INFINITY, random)
}

/** Weights of ids, the first of which has the largest logit. */
function weightsOf(logits: Float32Array, sorted: Uint32Array, scale: number): Float64Array {
  const top = logits[sorted[0] as number] as number
  return Float64Array.from(sorted, (id) => decay((top - (logits[id] as number)) * scale))
}

/** Draws one of the first ids whose weights sum to at least `least`. */
function drawFirst(sorted: Uint32Array, weights: Float64Array, least: number, random: Random): number {
  let sum = 0
  let count = 0
  while (count < weights.length && sum < least) sum += weights[count++] as number
  return sorted[draw(weights.subarray(0, count), random)] as number
}

/** Buckets per nat below the largest logit. */
const BUCKETS = 8

/** Number and total weight of the logits in each bucket below the largest; the last bucket has everything farther away. */
function intoBuckets(logits: Float32Array, top: number, scale: number) {
  const last = FAR * BUCKETS
  const counts = new Float64Array(last + 1)
  const masses = new Float64Array(last + 1)
  for (let id = 0; id < logits.length; id++) {
    const below = (top - (logits[id] as number)) * scale
    const bucket = below < FAR ? (below * BUCKETS) | 0 : last
    counts[bucket] = (counts[bucket] as number) + 1
    masses[bucket] = (masses[bucket] as number) + decay(below)
  }
  return { counts, masses }
}

/** The bucket after the first one up to which the sum reaches `wanted`, or the last bucket. */
function bucketOf(amounts: Float64Array, wanted: number): number {
  let bucket = 0
  let left = wanted
  while (bucket < amounts.length - 1) {
    left -= amounts[bucket] as number
    if (left <= 0) break
    bucket++
  }
  // One more, because sums in another order may differ by a rounding error.
  return Math.min(bucket + 1, amounts.length - 1)
}

/** Ids of the logits down to a bucket, largest first, ties by id. Only these are sorted. */
function largest(logits: Float32Array, top: number, scale: number, bucket: number): Uint32Array {
  const ids: number[] = []
  const all = bucket >= FAR * BUCKETS
  const least = all ? Number.NEGATIVE_INFINITY : top - (bucket + 1) / (BUCKETS * scale)
  for (let id = 0; id < logits.length; id++) if ((logits[id] as number) >= least) ids.push(id)
  return Uint32Array.from(ids).sort(compareLogits(logits))
}

/** Orders ids, the largest logits first, ties by id. */
export const compareLogits = (logits: Float32Array) => (a: number, b: number) =>
  (logits[b] as number) - (logits[a] as number) || a - b

/** Number of ids per block of weight sums. */
export const BLOCK = 256

/** Sums of all ids' weights, by block. */
function blockSums(logits: Float32Array, top: number, scale: number): Float64Array {
  const sums = new Float64Array(Math.ceil(logits.length / BLOCK))
  for (let block = 0; block < sums.length; block++) {
    const end = Math.min(logits.length, (block + 1) * BLOCK)
    let sum = 0
    for (let id = block * BLOCK; id < end; id++) sum += decay((top - (logits[id] as number)) * scale)
    sums[block] = sum
  }
  return sums
}

/** Draws an id with probability proportional to its weight, given the weight sums by block. */
export function drawByBlocks(
  logits: Float32Array,
  sums: Float64Array | Float32Array,
  { top, scale }: { readonly top: number; readonly scale: number },
  random: Random,
): number {
  let left = random.uniform() * sumOf(sums)
  let block = 0
  for (let i = 0; i < sums.length; i++) {
    if (!((sums[i] as number) > 0)) continue
    block = i
    if (left < (sums[i] as number)) break
    left -= sums[i] as number
  }
  // If rounding leaves a remainder, the last id with a weight is drawn.
  let last = 0
  const end = Math.min(logits.length, (block + 1) * BLOCK)
  for (let id = block * BLOCK; id < end; id++) {
    const weight = Math.exp(((logits[id] as number) - top) * scale)
    if (!(weight > 0)) continue
    last = id
    left -= weight
    if (left < 0) break
  }
  return last
}

/** Draws an index with probability proportional to its weight. */
function draw(weights: Float64Array, random: Random): number {
  let left = random.uniform() * sumOf(weights)
  let last = 0
  for (let i = 0; i < weights.length; i++) {
    if ((weights[i] as number) > 0) last = i
    left -= weights[i] as number
    if (left < 0) break
  }
  return last
}

export function sumOf(weights: Float64Array | Float32Array): number {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i] as number
  return total
}

export function maximumOf(numbers: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < numbers.length; i++) if ((numbers[i] as number) > most) most = numbers[i] as number
  return most
}
