/**
 * The bootstrap, hand-written: simple-statistics can sample, but neither it nor any other maintained JavaScript library has
 * BCa intervals, or resamples seeds and prompts crossed.
 */
import { createRandom } from '../../random.ts'
import { normalCdf, normalQuantile } from './distributions.ts'
import { checkPaired, checkResamples, checkValues, mean, quantile } from './sample.ts'

export interface BootstrapOptions {
  /** Default 0. The same seed gives the same interval. */
  readonly seed?: number | undefined
  /** Default 10,000. */
  readonly resamples?: number | undefined
  /**
   * How the interval is computed from the resamples: `bca`, the default, corrects for bias and skew (Efron 1987);
   * `percentile` takes their quantiles as they are.
   */
  readonly method?: 'bca' | 'percentile' | undefined
}

export interface Bootstrap extends Estimate {
  /** The statistic of each resample, in ascending order. */
  readonly distribution: Float64Array
}

/** The quantiles at the ends of a 95% interval. */
const tails = [0.025, 0.975] as const

/**
 * The bootstrap over n independently drawn units: a statistic of their indices, its value on all of them and its 95% interval
 * over resamples with replacement (Efron and Tibshirani 1993, chapters 13 and 14).
 *
 * @throws `INVALID_ARGUMENT` unless `resamples` is a positive integer.
 */
export function bootstrap(
  n: number,
  statistic: (indices: Int32Array) => number,
  { seed = 0, resamples = 10_000, method = 'bca' }: BootstrapOptions = {},
): Bootstrap {
  checkResamples(resamples)
  const random = createRandom(seed)
  const value = statistic(Int32Array.from({ length: n }, (_, index) => index))
  const drawn = new Int32Array(n)
  const distribution = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < n; j++) drawn[j] = random.integer(n)
    distribution[i] = statistic(drawn)
  }
  distribution.sort()
  const [low, high] = method === 'bca' ? bcaTails(n, statistic, value, distribution) : tails
  return { value, low: quantile(distribution, low), high: quantile(distribution, high), n, distribution }
}

/**
 * The quantiles at which BCa reads the distribution: shifted by the bias z₀ (the normal quantile of the share of resamples
 * below the value, with ties counted half) and stretched by the acceleration, from the skew of the jackknife. If either is
 * undefined, as when all values are the same, the plain percentiles are used.
 */
function bcaTails(
  n: number,
  statistic: (indices: Int32Array) => number,
  value: number,
  distribution: Float64Array,
): readonly [number, number] {
  let below = 0
  for (const resample of distribution) below += resample < value ? 1 : resample === value ? 0.5 : 0
  const bias = normalQuantile(below / distribution.length)
  const acceleration = accelerationOf(n, statistic)
  if (!Number.isFinite(bias) || !Number.isFinite(acceleration)) return tails
  const [low, high] = tails.map((tail) => {
    const shifted = bias + normalQuantile(tail)
    return normalCdf(bias + shifted / (1 - acceleration * shifted))
  }) as [number, number]
  return [low, high]
}

function accelerationOf(n: number, statistic: (indices: Int32Array) => number): number {
  const rest = Int32Array.from({ length: n - 1 }, (_, index) => index + 1)
  const jackknife = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    jackknife[i] = statistic(rest)
    if (i < n - 1) rest[i] = i
  }
  const centre = jackknife.reduce((sum, x) => sum + x, 0) / n
  let squares = 0
  let cubes = 0
  for (const x of jackknife) {
    squares += (centre - x) ** 2
    cubes += (centre - x) ** 3
  }
  return cubes / (6 * squares ** 1.5)
}

export interface BootstrapIntervalOptions extends BootstrapOptions {
  /** A function of the values in any order; default their mean. */
  readonly statistic?: ((values: Float64Array) => number) | undefined
}

/**
 * The mean, or another statistic, of independently drawn values, with its 95% bootstrap interval. For a share use
 * `wilsonInterval`: if all values are the same, the bootstrap interval has no width.
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` unless `resamples` is a positive integer.
 */
export function bootstrapInterval(
  values: readonly number[],
  { statistic = mean, ...options }: BootstrapIntervalOptions = {},
): Estimate {
  checkValues(values, 'the values')
  const data = Float64Array.from(values)
  const sample = new Float64Array(values.length)
  const of = (indices: Int32Array) => {
    for (let i = 0; i < indices.length; i++) sample[i] = data[indices[i] as number] as number
    return statistic(sample.subarray(0, indices.length))
  }
  const { value, low, high, n } = bootstrap(values.length, of, options)
  return { value, low, high, n }
}

/** A difference between two subjects, over the same units. */
export interface PairedDifference extends Estimate {
  /** Two-sided p of no difference. */
  readonly p: number
}

/**
 * Mean of `after` minus mean of `before`, where value i of both is for the same prompt, with its 95% interval over prompts. p
 * is the share of resamples, including the data themselves, whose difference is at least as far from that of the data as that
 * is from 0 (Efron and Tibshirani 1993, section 16.4; Davison and Hinkley 1997, eq. 4.11): at least 1 / (resamples + 1).
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` if the lengths differ.
 */
export function pairedBootstrap(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions = {},
): PairedDifference {
  checkPaired(before, after, 'prompts')
  checkValues(before, 'before')
  checkValues(after, 'after')
  const differences = Float64Array.from(after, (value, i) => value - (before[i] as number))
  const meanOf = (indices: Int32Array) => {
    let sum = 0
    for (let i = 0; i < indices.length; i++) sum += differences[indices[i] as number] as number
    return sum / indices.length
  }
  const { value, low, high, n, distribution } = bootstrap(differences.length, meanOf, options)
  // Summing in another order may change the last bit.
  const reach = Math.abs(value) * (1 - 1e-12)
  const asFar = distribution.reduce((count, x) => count + (Math.abs(x - value) >= reach ? 1 : 0), 0)
  return { value, low, high, n, p: (asFar + 1) / (distribution.length + 1) }
}

/**
 * The mean of scores[seed][prompt] with a 95% interval over seeds and prompts at once: in each resample, seeds and prompts
 * are drawn independently with replacement, and the cells where they cross are taken (Owen 2007, "The pigeonhole bootstrap").
 * It is conservative. For a difference between two subjects, pass the differences of their scores. With three seeds, a
 * resample may well draw the same one each time, so the interval is wide, as it should be.
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` if seeds have scores of different prompts, or `resamples` is not a
 *   positive integer.
 */
export function crossedBootstrap(
  scores: readonly (readonly number[])[],
  {
    seed = 0,
    resamples = 10_000,
  }: { readonly seed?: number | undefined; readonly resamples?: number | undefined } = {},
): Estimate {
  const [first = []] = scores
  checkValues(first, 'the scores of a seed')
  for (const values of scores) {
    checkPaired(first, values, 'prompts')
    checkValues(values, 'the scores of a seed')
  }
  checkResamples(resamples)
  const random = createRandom(seed)
  const n = first.length
  const prompts = new Int32Array(n)
  const distribution = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < n; j++) prompts[j] = random.integer(n)
    let sum = 0
    for (let j = 0; j < scores.length; j++) {
      const values = scores[random.integer(scores.length)] as readonly number[]
      for (let k = 0; k < n; k++) sum += values[prompts[k] as number] as number
    }
    distribution[i] = sum / (n * scores.length)
  }
  distribution.sort()
  return {
    value: mean(scores.map(mean)),
    low: quantile(distribution, 0.025),
    high: quantile(distribution, 0.975),
    n,
  }
}

/** A figure with its 95% interval: low ≤ high. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Number of units that it is based on. */
  readonly n: number
}
