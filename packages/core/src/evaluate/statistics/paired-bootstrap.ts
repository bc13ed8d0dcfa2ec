import { type BootstrapOptions, bootstrap } from './bootstrap.ts'
import { checkPaired, checkValues } from './check-values.ts'
import type { Estimate } from './estimate.ts'

/** A difference between two subjects, over the same units. */
export interface PairedDifference extends Estimate {
  /** Two-sided p of no difference. */
  readonly p: number
}

/**
 * Mean of `after` less mean of `before`, value i of both being of the same prompt, with its 95% interval over prompts.
 * p is the share of resamples, among them the data themselves, whose difference is as far from that of the data as that
 * is from 0 (Efron and Tibshirani 1993, section 16.4; Davison and Hinkley 1997, eq. 4.11): at least 1 / (resamples + 1).
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` if there are more of one than of the other.
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
  // The same sum in another order may differ in its last bit.
  const reach = Math.abs(value) * (1 - 1e-12)
  const asFar = distribution.reduce((count, x) => count + (Math.abs(x - value) >= reach ? 1 : 0), 0)
  return { value, low, high, n, p: (asFar + 1) / (distribution.length + 1) }
}
