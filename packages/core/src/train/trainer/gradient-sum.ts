import type { NamedHostTensors } from '../../backend/backend.ts'
import type { DpoExample, TrainingExample } from '../examples/example.ts'
import { rewardMetrics } from './metrics.ts'
import type { Objective } from './objective.ts'

/** The loss of a batch, its gradient with respect to the prefix, [m · d], and metrics. */
export interface BatchGradient {
  readonly loss: number
  readonly gradient: Float32Array
  /** Number of response tokens. */
  readonly tokens: number
  readonly metrics: Readonly<Record<string, number>>
}

/** The result for consecutive parts of a batch. */
export interface PartsGradient {
  readonly loss: number
  /** [m · d]. */
  readonly gradient: Float32Array
  /** Number of response tokens. */
  readonly tokens: number
  /** log π of y⁺ and y⁻ of each pair, for DPO. */
  readonly chosen: Float32Array
  readonly rejected: Float32Array
  /** Present if there is a teacher. */
  readonly divergence?: number | undefined
}

/** The result of a step program for one part, fed with the totals of the whole batch. */
export function partGradient(outputs: NamedHostTensors, tokens: number): PartsGradient {
  const values = (name: string) => (outputs[name]?.data ?? new Float32Array()) as Float32Array
  return {
    loss: values('loss')[0] ?? Number.NaN,
    gradient: values('gradient').slice(),
    ...{ tokens, chosen: values('chosen'), rejected: values('rejected') },
    ...(outputs.divergence && { divergence: values('divergence')[0] as number }),
  }
}

/**
 * The sum of parts `from` up to `to`. Parts are added pairwise, in a tree whose shape depends only on their number, so that the
 * sum has the same bits wherever its branches are computed.
 */
export async function sumParts(
  from: number,
  to: number,
  of: (part: number) => Promise<PartsGradient>,
): Promise<PartsGradient> {
  if (to - from === 1) return of(from)
  const middle = middleOf(from, to)
  return add(await sumParts(from, middle, of), await sumParts(middle, to, of))
}

/** The branches of the tree for `count` parts to compute separately, in order: at most `width`. */
export function branches(count: number, width: number): (readonly [from: number, to: number])[] {
  let cut: (readonly [number, number])[] = [[0, count]]
  for (;;) {
    const finer = cut.flatMap(([from, to]): (readonly [number, number])[] => {
      const middle = middleOf(from, to)
      return to - from > 1
        ? [
            [from, middle],
            [middle, to],
          ]
        : [[from, to]]
    })
    if (finer.length > width || finer.length === cut.length) return cut
    cut = finer
  }
}

/** The sum of the branches from {@link branches}. */
export function sumBranches(
  cut: readonly (readonly [from: number, to: number])[],
  sums: readonly PartsGradient[],
): PartsGradient {
  const join = (from: number, to: number): PartsGradient => {
    const at = cut.findIndex((branch) => branch[0] === from && branch[1] === to)
    if (at >= 0) return sums[at] as PartsGradient
    const middle = middleOf(from, to)
    return add(join(from, middle), join(middle, to))
  }
  return join(0, cut.at(-1)?.[1] ?? 0)
}

/** The first branch gets the largest power of two that leaves something for the second. */
const middleOf = (from: number, to: number): number =>
  from + 2 ** Math.max(0, Math.ceil(Math.log2(to - from)) - 1)

function add(one: PartsGradient, other: PartsGradient): PartsGradient {
  const joined = (name: 'chosen' | 'rejected') => Float32Array.from([...one[name], ...other[name]])
  const { divergence } = one
  return {
    loss: one.loss + other.loss,
    gradient: one.gradient.map((value, i) => value + (other.gradient[i] as number)),
    tokens: one.tokens + other.tokens,
    chosen: joined('chosen'),
    rejected: joined('rejected'),
    ...(divergence !== undefined && { divergence: divergence + (other.divergence ?? 0) }),
  }
}

/** Converts the sum over all parts to the batch's result. */
export function batchGradient(
  { loss, gradient, tokens, chosen, rejected, divergence }: PartsGradient,
  objective: Objective,
  batch: readonly TrainingExample[],
): BatchGradient {
  const rewards =
    objective.type === 'dpo' &&
    rewardMetrics(chosen, rejected, batch as readonly DpoExample[], objective.beta ?? 0.1)
  return {
    loss,
    gradient,
    tokens,
    metrics: { ...rewards, ...(divergence !== undefined && { kl: divergence }) },
  }
}
