import { PatchError } from '../../errors.ts'

/** A share with its 95% interval. */
export interface Rate {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Trials. */
  readonly n: number
}

/** The 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054

/**
 * The share of successes with Wilson's score interval (Wilson 1927), which stays in [0, 1] and remains useful if none or all
 * succeed. Without trials the value is 0 and the interval [0, 1].
 *
 * @throws `INVALID_ARGUMENT` unless 0 ≤ successes ≤ n are integers.
 */
export function wilsonInterval(successes: number, n: number): Rate {
  if (!(Number.isInteger(successes) && Number.isInteger(n) && successes >= 0 && successes <= n)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'integers 0 ≤ successes ≤ n',
      found: `${successes} of ${n}`,
      remedy: 'Pass the number of successes and the number of trials',
    })
  }
  if (n === 0) return { value: 0, low: 0, high: 1, n }
  const share = successes / n
  const centre = share + z ** 2 / (2 * n)
  const reach = z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))
  const scale = 1 + z ** 2 / n
  return {
    value: share,
    low: successes === 0 ? 0 : (centre - reach) / scale,
    high: successes === n ? 1 : (centre + reach) / scale,
    n,
  }
}
