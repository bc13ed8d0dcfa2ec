import { PatchError } from '../../errors.ts'
import { type BootstrapOptions, bootstrap, type Estimate } from './bootstrap.ts'
import { checkPaired, checkValues } from './sample.ts'

/** Scores of three subjects for the same prompts, in the same order. */
export interface ChangeScores {
  readonly base: readonly number[]
  readonly patched: readonly number[]
  readonly reference: readonly number[]
}

/**
 * How much of the way from the base to the reference the patch goes: (patched − base) / (reference − base) of the means, with
 * its 95% interval over prompts. 0 is no effect, 1 the reference's effect; it may be below 0 or above 1. Its interval is only
 * useful if base and reference are well apart.
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` if the lengths differ, or base and reference have the same mean.
 */
export function shareOfChange(
  { base, patched, reference }: ChangeScores,
  options: BootstrapOptions = {},
): Estimate {
  checkPaired(base, patched, 'prompts')
  checkPaired(base, reference, 'prompts')
  for (const [values, what] of [
    [base, 'base'],
    [patched, 'patched'],
    [reference, 'reference'],
  ] as const) {
    checkValues(values, what)
  }
  const gained = Float64Array.from(patched, (value, i) => value - (base[i] as number))
  const wanted = Float64Array.from(reference, (value, i) => value - (base[i] as number))
  if (wanted.reduce((sum, x) => sum + x, 0) === 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a reference whose mean differs from the base’s',
      found: 'the same mean',
      remedy: 'If the reference changes nothing, there is no share: report the difference instead',
    })
  }
  const ratio = (indices: Int32Array) => {
    let above = 0
    let below = 0
    for (let i = 0; i < indices.length; i++) {
      above += gained[indices[i] as number] as number
      below += wanted[indices[i] as number] as number
    }
    // If the reference changes nothing in a resample: 0 if the patch changes nothing either, else unbounded.
    return below === 0 && above === 0 ? 0 : above / below
  }
  const { value, low, high, n } = bootstrap(base.length, ratio, options)
  return { value, low, high, n }
}
