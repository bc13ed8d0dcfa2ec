import type { Precision, Weight } from '../../backend/backend.ts'
import type { ModelConfig, Residual } from '../../model/decoder/config/model-config.ts'
import { CHUNK } from '../../model/decoder/layers/linear.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'

/** How to run a step so that it fits into memory. */
export interface MemoryPlan {
  readonly recompute: 'none' | 'block'
  /** Whether weights are held in the form used for products, or expanded one layer at a time. */
  readonly weights: 'held' | 'by layer'
}

type PlannedModel = Pick<LanguageModel, 'architecture' | 'config' | 'weights' | 'precision'>

export interface PlanOptions {
  /** Bytes; see `TrainingSettings`. */
  readonly budget: number
  readonly recompute?: 'none' | 'block' | undefined
  /** Number of rows before those of the layout: prefix and shared prompt. */
  readonly shared: number
}

/** The fastest way that is estimated to fit the budget; if none does, the one that takes least. */
export function planMemory(
  model: PlannedModel,
  shape: LayoutShape,
  { budget, recompute, shared }: PlanOptions,
): MemoryPlan {
  const held = weightBytes(model)
  const whole = held + activationBytes(model, shape, shared)
  if (recompute !== 'block' && whole <= budget) return { recompute: 'none', weights: 'held' }
  if (recompute === 'none') return { recompute, weights: 'held' }
  return { recompute: 'block', weights: held <= budget ? 'held' : 'by layer' }
}

/** Bytes that training may take by default: four fifths of the free memory, no limit if it is unknown. */
export const defaultMemoryBudget = (free: number | undefined): number =>
  0.8 * (free ?? Number.POSITIVE_INFINITY)

/** Additional bytes for packed matrices in the form used for products; others are in that form already. */
export function weightBytes({ architecture, config, weights, precision }: PlannedModel): number {
  const spec = architecture.weightSpecs(config).find(({ kind }) => kind === 'embedding')
  const isPicked = (name: string, weight: Weight) =>
    name === spec?.name && !config.tiedEmbeddings && 'expand' in weight && weight.rows !== undefined
  // int8 is held for the forward pass and, transposed, for the gradient.
  const perValue = (weight: Weight) => (precision === 'int8' ? 2 : 'expand' in weight ? 4 : 0)
  return Object.entries(weights).reduce((sum, [name, weight]) => {
    const isMultiplied = weight.shape.length === 2 && !isPicked(name, weight)
    return sum + (isMultiplied ? perValue(weight) * sizeOf(weight.shape) : 0)
  }, 0)
}

/** Bytes that a step keeps from the forward pass without recomputation, and for its logits. */
export function activationBytes(
  { config, precision }: Pick<PlannedModel, 'config' | 'precision'>,
  shape: LayoutShape,
  shared: number,
): number {
  return config.layers * layerBytes(config, shape, shared) + logitBytes(config, shape, precision)
}

/** Bytes that the gradient of one layer needs from its forward pass. */
export function layerBytes(config: ModelConfig, { batch, length }: LayoutShape, shared: number): number {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, attention, feedForward } = config
  const [queries, keys] = [heads * headSize, keyValueHeads * headSize]
  const perRow =
    normsOf[config.residual] * hiddenSize +
    // Queries, and the attention's output.
    2 * queries +
    (attention.queryKeyNorm ? queries + keys : 0) +
    (feedForward.gated ? 2 : 1) * intermediateSize
  // Each row has the shared tokens' keys and values before its own.
  const seen = batch * (length + shared) + shared
  const attentionWeights = heads * (batch * length * (length + shared) + shared * shared)
  return 4 * ((batch * length + shared) * perRow + 2 * keys * seen + attentionWeights)
}

/** Norms in a layer that have the stream's width, each of which keeps as much. */
const normsOf: Readonly<Record<Residual, number>> = {
  before: 2,
  after: 2,
  around: 4,
  parallel: 2,
  'parallel of one norm': 2,
}

/** Bytes for logits of as many rows as are in memory at once, and for what is derived from them up to their gradient. */
export function logitBytes(
  { vocabSize, hiddenSize, logitCap }: ModelConfig,
  { targets }: LayoutShape,
  precision: Precision,
): number {
  // Logits, logits minus their maximum, and exponentials; rotated and rounded copies for int8 products; with a cap, the uncapped
  // logits and its derivative.
  const copies = 3 + (precision === 'int8' ? 3 : 0) + (logitCap === undefined ? 0 : 2)
  return 4 * (copies * Math.min(targets, CHUNK) * vocabSize + 2 * targets * hiddenSize)
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
