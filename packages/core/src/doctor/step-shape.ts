import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import { packedShape } from '../model/score/pack-rows.ts'
import type { LayoutShape } from '../model/score/row-layout.ts'
import type { TrainingExample } from '../train/examples/example.ts'
import { batchParts } from '../train/trainer/batch-parts.ts'

/** The size of a training step: a number of examples, each with a prompt and a response, behind a prefix. */
export interface StepShape {
  readonly batchSize: number
  readonly promptTokens: number
  readonly responseTokens: number
  readonly prefixLength: number
}

/** Examples with the shape of a step. Their ids depend only on the position; prompts differ from their first token on. */
export function stepExamples(step: StepShape, vocabSize: number): TrainingExample[] {
  const ids = (seed: number, length: number) =>
    Array.from({ length }, (_, i) => (Math.imul(seed * 1021 + i, 0x9e3779b1) >>> 8) % vocabSize)
  return Array.from({ length: step.batchSize }, (_, row) => ({
    prompt: [row % vocabSize, ...ids(2 * row, step.promptTokens - 1)],
    chosen: ids(2 * row + 1, step.responseTokens),
    kind: 'harmful' as const,
  }))
}

/** How a step is run: the number of examples in each part, and the row layout of the largest part. */
export function partsOf(step: StepShape): {
  readonly sizes: readonly number[]
  readonly layout: LayoutShape
} {
  const examples = stepExamples(step, 2 ** 15)
  const parts = batchParts(examples, { objective: { type: 'sft' }, shared: 0 })
  const sizes = parts.map((part) => part.length)
  return { sizes, layout: layoutOf({ ...step, batchSize: Math.max(...sizes) }) }
}

/** The row layout of examples that run together: see `packedLayout`. */
function layoutOf({ batchSize, promptTokens, responseTokens }: StepShape): LayoutShape {
  const length = promptTokens + responseTokens - 1
  return {
    ...packedShape(new Array<number>(batchSize).fill(length)),
    targets: 64 * Math.ceil((batchSize * responseTokens) / 64),
  }
}

/**
 * Multiplications and additions of a step whose examples run together: for each weight and token, the forward pass and the
 * gradient of the activations; the logits at response positions; and six attention products.
 */
export function stepOperations(config: ModelConfig, step: StepShape): number {
  const { hiddenSize: d, intermediateSize: f, heads, keyValueHeads, headSize, layers, vocabSize } = config
  const { batch, length, targets } = layoutOf(step)
  const matrices = d * headSize * (2 * heads + 2 * keyValueHeads) + (config.feedForward.gated ? 3 : 2) * d * f
  const rows = batch * length + step.prefixLength
  const attention = 12 * heads * headSize * rows * (length + step.prefixLength)
  return layers * (4 * matrices * rows + attention) + 4 * vocabSize * d * targets
}
