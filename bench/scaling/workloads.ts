/**
 * The simulated workloads: the measured model on CPUs as measured, and a 7B model with one accelerator per worker, whose costs
 * follow from its arithmetic on the same tokens. `assumptions` has every number that was not measured.
 */
import { median } from '../../timing/figures.ts'
import type { MeasuredCosts, ShardCost } from './measured-costs.ts'
import type { CostModel } from './simulation/shard-cost.ts'

export const assumptions = {
  prompts: 50_000,
  large: {
    parameters: 6.7e9,
    hiddenSize: 4096,
    /** Sustained speed of an accelerator with 16-bit weights. */
    flopsPerSecond: 100e12,
    /** Memory bandwidth of the accelerator: a forward pass reads every weight once, however few rows it has. */
    memoryBytesPerSecond: 2e12,
    bytesPerWeight: 2,
  },
  network: { bytesPerSecond: 125e6, latency: 5e-4, queue: 2e-4 },
  jitter: 0.1,
  stragglers: { share: 0.01, factor: 4 },
  /** 64 parts of 8 examples make a batch of 512; 98 steps make an epoch. */
  parts: 64,
} as const

export interface Workload {
  readonly name: string
  readonly pairs: CostModel
  readonly evaluation: CostModel
  readonly part: CostModel
  readonly resultBytes: { readonly pairs: number; readonly evaluation: number }
  /** Size of a prefix and of a gradient: m·d float32 values. */
  readonly prefixBytes: number
  readonly coordinator: { readonly add: number; readonly update: number }
}

export function measuredWorkload(costs: MeasuredCosts): Workload {
  const { numbers, add, update } = costs.coordinator
  const prefixBytes = costs.part.resultBytes
  const share = prefixBytes / 4 / numbers
  return {
    name: `${costs.model.replace(/^.*\/|-Instruct$/g, '')}, a core a worker`,
    pairs: costModel(median(costs.pairs.seconds), costs.evaluation),
    evaluation: costModel(median(costs.evaluation.seconds), costs.evaluation),
    part: costModel(median(costs.part.seconds), costs.part),
    resultBytes: { pairs: costs.pairs.resultBytes, evaluation: costs.evaluation.resultBytes },
    prefixBytes,
    coordinator: { add: add * share, update: update * share },
  }
}

export function largeWorkload(costs: MeasuredCosts): Workload {
  const { hiddenSize } = assumptions.large
  const { numbers, add, update } = costs.coordinator
  const prefixBytes = 4 * costs.prefixLength * hiddenSize
  const share = prefixBytes / 4 / numbers
  return {
    name: '7B, an accelerator a worker',
    pairs: costModel(answerSeconds(costs.pairs), costs.evaluation),
    evaluation: costModel(answerSeconds(costs.evaluation), costs.evaluation),
    part: costModel(partSeconds(costs.part.read), costs.part),
    resultBytes: { pairs: costs.pairs.resultBytes, evaluation: costs.evaluation.resultBytes },
    prefixBytes,
    coordinator: { add: add * share, update: update * share },
  }
}

/** 2 P operations per token read, then one forward pass per generated token for all rows at once. */
export function answerSeconds({ read, passes, rows }: ShardCost): number {
  const { parameters, flopsPerSecond, memoryBytesPerSecond, bytesPerWeight } = assumptions.large
  const arithmetic = (tokens: number) => (2 * parameters * tokens) / flopsPerSecond
  const pass = Math.max(arithmetic(rows), (parameters * bytesPerWeight) / memoryBytesPerSecond)
  return arithmetic(read) + passes * pass
}

/** 2 P operations per token forward, and 2 P backward to the tokens, since the weights are frozen. */
export function partSeconds(tokens: number): number {
  const { parameters, flopsPerSecond } = assumptions.large
  return (4 * parameters * tokens) / flopsPerSecond
}

function costModel(seconds: number, { seconds: measured }: ShardCost): CostModel {
  const middle = median(measured)
  const { jitter, stragglers } = assumptions
  return { seconds, spread: measured.map((one) => one / middle), jitter, stragglers }
}
