import type { Random } from '@policypatch/core/platform'

/** The cost of a shard to a worker. */
export interface CostModel {
  /** Median seconds. */
  readonly seconds: number
  /** Measured costs relative to their median. One is drawn per shard. */
  readonly spread: readonly number[]
  /** Every attempt varies by up to this share, because of other load on the machine. */
  readonly jitter: number
  /** This share of all attempts takes `factor` times as long, because of another process, a slow disk or a hot processor. */
  readonly stragglers: { readonly share: number; readonly factor: number }
}

/** Seconds of a shard of several units, such as the parts of a batch, each with its own cost. */
export function drawCost({ seconds, spread }: CostModel, units: number, random: Random): number {
  let total = 0
  for (let unit = 0; unit < units; unit++) total += spread[random.integer(spread.length)] as number
  return seconds * total
}

/** The slowdown factor of one attempt at a shard. */
export function drawSlowness({ stragglers, jitter }: CostModel, random: Random): number {
  const own = 1 + jitter * (2 * random.uniform() - 1)
  return random.uniform() < stragglers.share ? own * stragglers.factor : own
}
