/** Efficiency (speedup / workers) of the three kinds of work, as means over seeds. */
import { type Network, runShards } from './simulation/run-shards.ts'
import { runTraining, type TrainingRun } from './simulation/run-training.ts'
import { assumptions, type Workload } from './workloads.ts'

export interface Efficiency {
  readonly workers: number
  /** Seconds for all prompts, or for one step. */
  readonly seconds: number
  readonly efficiency: number
}

const [shardSeeds, steps] = [10, 300]

export interface AnswerOptions {
  readonly kind: 'pairs' | 'evaluation'
  readonly reissue?: boolean
  /** Seconds that each worker takes to load the model. Default 0: it is still loaded from an earlier run. */
  readonly load?: number
}

/** Efficiency of making pairs for all prompts, or of answering them all with the base and the patched model. */
export function answerEfficiency(workload: Workload, workers: number, options: AnswerOptions): Efficiency {
  const { kind, reissue = false, load = 0 } = options
  const shards = Math.ceil(assumptions.prompts / 32) * (kind === 'pairs' ? 1 : 2)
  const seconds = (workers: number) =>
    load +
    meanOf(shardSeeds, (seed) =>
      runShards({
        ...{ workers, shards, cost: workload[kind], network: assumptions.network },
        ...{ resultBytes: workload.resultBytes[kind], reissue, seed },
      }),
    )
  return efficiencyOf(workers, seconds)
}

export interface TrainingOptions {
  readonly reissue?: boolean
  readonly network?: Partial<Network>
  readonly gradientBytes?: number
  readonly parts?: number
  readonly shares?: number
  readonly tree?: TrainingRun['tree']
  /** Simulates no stragglers. */
  readonly noStragglers?: boolean
  /** Multiplier of a part's seconds. Default 1. */
  readonly longer?: number
}

/** Efficiency of one training step, averaged over many. */
export function trainingEfficiency(
  workload: Workload,
  workers: number,
  options: TrainingOptions = {},
): Efficiency {
  const { reissue = false, parts = assumptions.parts, gradientBytes = workload.prefixBytes, tree } = options
  const { prefixBytes, coordinator, part } = workload
  const { shares = 1 } = options
  const cost = {
    ...{ ...part, seconds: part.seconds * (options.longer ?? 1) },
    stragglers: options.noStragglers ? { share: 0, factor: 1 } : part.stragglers,
  }
  const network = { ...assumptions.network, ...options.network }
  const seconds = (workers: number) =>
    runTraining({
      ...{ workers, parts, steps, cost, network, prefixBytes, gradientBytes, coordinator, reissue, seed: 1 },
      // With one worker there is one gradient, whatever its shares are.
      shares: workers === 1 ? 1 : shares,
      ...(tree && { tree }),
    }) / steps
  return efficiencyOf(workers, seconds)
}

function efficiencyOf(workers: number, secondsOf: (workers: number) => number): Efficiency {
  const seconds = secondsOf(workers)
  return { workers, seconds, efficiency: secondsOf(1) / (workers * seconds) }
}

function meanOf(count: number, of: (seed: number) => number): number {
  return Array.from({ length: count }, (_, seed) => of(seed + 1)).reduce((sum, one) => sum + one, 0) / count
}
