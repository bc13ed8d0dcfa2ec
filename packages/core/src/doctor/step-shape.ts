import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import { packedShape } from '../model/score/pack-rows.ts'
import type { LayoutShape } from '../model/score/row-layout.ts'
import type { TrainingExample } from '../train/examples/example.ts'
import { batchParts } from '../train/trainer/batch-parts.ts'

/** A step of training: so many examples, each of a prompt and a response, behind a prefix. */
export interface StepShape {
  readonly batchSize: number
  readonly promptTokens: number
  readonly responseTokens: number
  readonly prefixLength: number
}

/** Examples of the shape of a step, of ids that are a function of their place alone; prompts differ from their first on. */
export function stepExamples(step: StepShape, vocabSize: number): TrainingExample[] {
  const ids = (seed: number, length: number) =>
    Array.from({ length }, (_, i) => (Math.imul(seed * 1021 + i, 0x9e3779b1) >>> 8) % vocabSize)
  return Array.from({ length: step.batchSize }, (_, row) => ({
    prompt: [row % vocabSize, ...ids(2 * row, step.promptTokens - 1)],
    chosen: ids(2 * row + 1, step.responseTokens),
    kind: 'harmful' as const,
  }))
}

/** How a step is taken: its examples part by part, and the rows that the largest part is laid out in. */
export function partsOf(step: StepShape): {
  readonly sizes: readonly number[]
  readonly layout: LayoutShape
} {
  const examples = stepExamples(step, 2 ** 15)
  const parts = batchParts(examples, { objective: { type: 'sft' }, shared: 0 })
  const sizes = parts.map((part) => part.length)
  return { sizes, layout: layoutOf({ ...step, batchSize: Math.max(...sizes) }) }
}

/** The rows that examples are laid out in when all are taken at once: see `packedLayout`. */
function layoutOf({ batchSize, promptTokens, responseTokens }: StepShape): LayoutShape {
  const length = promptTokens + responseTokens - 1
  return {
    ...packedShape(new Array<number>(batchSize).fill(length)),
    targets: 64 * Math.ceil((batchSize * responseTokens) / 64),
  }
}

/**
 * Multiplications and additions of a step whose examples are taken at once: of every weight and token forward and back to the
 * token, of logits at response positions, and six products of attention.
 */
export function stepOperations(config: ModelConfig, step: StepShape): number {
  const { hiddenSize: d, intermediateSize: f, heads, keyValueHeads, headSize, layers, vocabSize } = config
  const { batch, length, targets } = layoutOf(step)
  const matrices = d * headSize * (2 * heads + 2 * keyValueHeads) + (config.feedForward.gated ? 3 : 2) * d * f
  const rows = batch * length + step.prefixLength
  const attention = 12 * heads * headSize * rows * (length + step.prefixLength)
  return layers * (4 * matrices * rows + attention) + 4 * vocabSize * d * targets
}
