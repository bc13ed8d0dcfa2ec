/**
 * Data-parallel steps. The parts of a batch are the leaves of a binary tree; each worker has one aligned subtree, its share, and
 * sends one gradient, which the coordinator adds in the tree's order. A step is a run of shards, with the prefix to read before
 * the first and a gradient to send after each. A late worker stops when the step has ended.
 */
import { type Network, runShards } from './run-shards.ts'
import type { CostModel } from './shard-cost.ts'

export interface TrainingRun {
  /** A power of two, at most `parts`. */
  readonly workers: number
  /** Parts of a batch, a power of two. */
  readonly parts: number
  /** Shares of a step for each worker, a power of two: with more, one that is late matters less. Default 1. */
  readonly shares?: number
  readonly steps: number
  /** Of a part. */
  readonly cost: CostModel
  readonly network: Network
  readonly prefixBytes: number
  readonly gradientBytes: number
  /** Seconds of adding one gradient, and of the update. */
  readonly coordinator: { readonly add: number; readonly update: number }
  readonly reissue?: boolean
  /** Gradients are added from worker to worker, and prefixes passed on so, over links of their own of this speed. */
  readonly tree?: { readonly bytesPerSecond: number }
  readonly seed: number
}

/** Seconds of all steps. */
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
  // From the root down and up again; every hop is a whole transfer, and all hops of a level happen at once.
  const hops = 1 + Math.ceil(Math.log2(workers))
  const hop = (bytes: number) => bytes / tree.bytesPerSecond + network.latency
  return runShards({ ...shared, resultBytes: 0 }) + hops * (hop(prefixBytes) + hop(gradientBytes))
}
