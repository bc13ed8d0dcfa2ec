import { type BootstrapOptions, type PairedDifference, pairedBootstrap } from '../statistics/bootstrap.ts'
import type { Measurement } from '../statistics/measurement.ts'

/** A figure of one subject and the same figure of another. */
export interface AbilityChange {
  readonly before: Measurement
  readonly after: Measurement
  /** After minus before, over the same items; undefined if the figure is not a mean of its values, such as perplexity. */
  readonly difference: PairedDifference | undefined
}

/**
 * The change of each figure from `before` to `after`, for the same metric, judge and data, in the order of `before`. A figure
 * that only one of them has is left out.
 *
 * @throws `INVALID_ARGUMENT` if two figures have different numbers of items, and as {@link pairedBootstrap}
 */
export function abilityChanges(
  before: readonly Measurement[],
  after: readonly Measurement[],
  options: BootstrapOptions = {},
): AbilityChange[] {
  const key = ({ metric, judge, data }: Measurement) => JSON.stringify([metric, judge, data])
  const found = new Map(after.map((figure) => [key(figure), figure]))
  return before.flatMap((first) => {
    const second = found.get(key(first))
    if (!second) return []
    const difference =
      first.values && second.values ? pairedBootstrap(first.values, second.values, options) : undefined
    return [{ before: first, after: second, difference }]
  })
}
