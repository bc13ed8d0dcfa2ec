import { packedShape } from '../../model/score/pack-rows.ts'
import { rowLength } from '../../model/score/row-layout.ts'
import type { TrainingExample } from '../examples/example.ts'
import type { Objective } from './objective.ts'
import { toLayoutExample } from './step-feeds.ts'

/** Number of positions at which products with weights reach full speed; more only take memory. */
const enoughPositions = 768

export interface PartOptions {
  readonly objective: Objective
  /** Number of tokens in the shared prompt, which take no place in a row. */
  readonly shared: number
  /** Number of examples per part. Default: as many as take `enoughPositions`. */
  readonly microBatchSize?: number | undefined
}

/**
 * Splits a batch into parts of nearly equal size, in order. Their gradients are computed one after the other and added, so that
 * only one part's forward pass is in memory.
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
