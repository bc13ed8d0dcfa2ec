import { packedShape } from '../../model/score/pack-rows.ts'
import { rowLength } from '../../model/score/row-layout.ts'
import type { TrainingExample } from '../examples/example.ts'
import type { Objective } from './objective.ts'
import { toLayoutExample } from './step-feeds.ts'

/** Positions at which products with weights are as fast as they get; more of them at once only take memory. */
const enoughPositions = 768

export interface PartOptions {
  readonly objective: Objective
  /** Tokens of the shared prompt, which take no place in a row. */
  readonly shared: number
  /** Examples in a part. Default: as many as take `enoughPositions`. */
  readonly microBatchSize?: number | undefined
}

/**
 * A batch in parts of nearly equal size, in its order, whose gradients are worked out one after the other and added:
 * what is kept from the forward pass is then that of one part.
 */
export function batchParts(
  examples: readonly TrainingExample[],
  { objective, shared, microBatchSize }: PartOptions,
): TrainingExample[][] {
  const { batch, length } = packedShape(
    examples.map((example) => rowLength(toLayoutExample(example, objective), shared)),
  )
  const count = microBatchSize
    ? Math.ceil(examples.length / microBatchSize)
    : Math.ceil((batch * length) / enoughPositions)
  const size = Math.ceil(examples.length / count)
  const parts: TrainingExample[][] = []
  for (let at = 0; at < examples.length; at += size) parts.push(examples.slice(at, at + size))
  return parts
}
