/**
 * Simulates data-parallel steps. The parts of a batch are the leaves of a binary tree. Each worker has one aligned subtree, its
 * share, and sends one gradient; the coordinator adds the gradients in tree order. A step is a run of shards: a worker reads the
 * prefix before its first shard and sends a gradient after each. A late worker stops when the step has ended.
 */
import { type Network, runShards } from './run-shards.ts'
import type { CostModel } from './shard-cost.ts'

export interface TrainingRun {
  /** A power of two, at most `parts`. */
  readonly workers: number
  /** Parts of a batch, a power of two. */
  readonly parts: number
  /** Shares of a step per worker, a power of two. With more shares, one late share matters less. Default 1. */
  readonly shares?: number
  readonly steps: number
  /** Cost of a part. */
  readonly cost: CostModel
  readonly network: Network
  readonly prefixBytes: number
  readonly gradientBytes: number
  /** Seconds for adding one gradient, and for the update. */
  readonly coordinator: { readonly add: number; readonly update: number }
  readonly reissue?: boolean
  /** Adds gradients and passes on prefixes from worker to worker, over separate links of this speed. */
  readonly tree?: { readonly bytesPerSecond: number }
  readonly seed: number
}

/** Total seconds of all steps. */
export function runTraining(run: TrainingRun): number {
  const { workers, parts, shares = 1, steps, coordinator } = run
  const shards = workers * shares
  if (!Number.isInteger(parts / shards)) throw new Error(`${parts} parts are no ${shards} equal shares`)
  const added = (run.tree ? Math.ceil(Math.log2(workers)) : shards) * coordinator.add
  let total = 0
  for (let step = 0; step < steps; step++) {
    const seed = run.seed * 100_003 + step
    total += stepSeconds({ ...run, seed }, shards) + added + coordinator.update
  }
  return total
}

function stepSeconds(run: TrainingRun, shards: number): number {
  const { workers, parts, cost, network, prefixBytes, gradientBytes, reissue, tree, seed } = run
  const units = parts / shards
  const shared = { workers, shards, cost, units, network, reissue: reissue ?? false, seed }
  if (tree === undefined) return runShards({ ...shared, readBytes: prefixBytes, resultBytes: gradientBytes })
  // From the root down and up again. Every hop is a whole transfer, and all hops of a level run in parallel.
  const hops = 1 + Math.ceil(Math.log2(workers))
  const hop = (bytes: number) => bytes / tree.bytesPerSecond + network.latency
  return runShards({ ...shared, resultBytes: 0 }) + hops * (hop(prefixBytes) + hop(gradientBytes))
}
