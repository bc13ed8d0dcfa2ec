import type { Random } from '@policypatch/core/platform'

/** What a shard costs a worker. */
export interface CostModel {
  /** Median seconds. */
  readonly seconds: number
  /** Measured costs as shares of their median: one is drawn for each shard. */
  readonly spread: readonly number[]
  /** Every attempt takes up to this share more or less: what else the machine does. */
  readonly jitter: number
  /** This share of all attempts takes `factor` times as long: another process, a slow disk, a hot processor. */
  readonly stragglers: { readonly share: number; readonly factor: number }
}

/** Seconds of a shard of so many units, such as the parts of a batch, each with a cost of its own. */
export function drawCost({ seconds, spread }: CostModel, units: number, random: Random): number {
  let total = 0
  for (let unit = 0; unit < units; unit++) total += spread[random.integer(spread.length)] as number
  return seconds * total
}

/** How much longer one attempt at a shard takes. */
export function drawSlowness({ stragglers, jitter }: CostModel, random: Random): number {
  const own = 1 + jitter * (2 * random.uniform() - 1)
  return random.uniform() < stragglers.share ? own * stragglers.factor : own
}
