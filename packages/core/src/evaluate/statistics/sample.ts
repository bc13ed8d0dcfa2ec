import { PatchError } from '../../errors.ts'

/** Throws `EMPTY_DATA` without values, and `NOT_FINITE` if one of them is NaN or infinite. */
export function checkValues(values: readonly number[], what: string): void {
  if (values.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: `at least one value in ${what}`,
      found: 'none',
      remedy: 'Measure at least one unit',
    })
  }
  const index = values.findIndex((value) => !Number.isFinite(value))
  if (index < 0) return
  throw new PatchError('NOT_FINITE', {
    expected: `finite numbers in ${what}`,
    found: `${values[index]} at ${index}`,
    remedy: 'Check what was scored there',
  })
}

/** Throws `INVALID_ARGUMENT` unless both have the same number of values. */
export function checkPaired(a: readonly unknown[], b: readonly unknown[], what: string): void {
  if (a.length === b.length) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `values for the same ${what} from both, in the same order`,
    found: `${a.length} and ${b.length}`,
    remedy: 'Measure both on the same data',
  })
}

/** Throws `INVALID_ARGUMENT` unless it is a positive integer. */
export function checkResamples(resamples: number): void {
  if (Number.isInteger(resamples) && resamples > 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a positive integer number of resamples',
    found: `${resamples}`,
    remedy: 'Use a few thousand, or omit the option',
  })
}

/** The arithmetic mean; NaN without values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum / values.length
}

/** The quantile q in [0, 1] of numbers in ascending order, interpolated between neighbours (R's type 7, NumPy's default). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const place = q * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low === high ? low : low + (place - below) * (high - low)
}
