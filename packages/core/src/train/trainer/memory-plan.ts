import type { Weight } from '../../backend/backend.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'

/** How a step is run so that it fits into memory. */
export interface MemoryPlan {
  readonly recompute: 'none' | 'block'
  /** Whether weights are held in the form in which they are multiplied, or expanded for one layer at a time. */
  readonly weights: 'held' | 'by layer'
}

type PlannedModel = Pick<LanguageModel, 'architecture' | 'config' | 'weights' | 'precision'>

export interface PlanOptions {
  /** Bytes; see `TrainingSettings`. */
  readonly budget: number
  readonly recompute?: 'none' | 'block' | undefined
  /** Rows before those of the layout: prefix and shared prompt. */
  readonly shared: number
}

/** The fastest way that fits the budget by estimate; where none does, the one that takes least. */
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

/** What packed matrices come to in the form in which they are multiplied; others are there already. */
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

/** What a step keeps from the forward pass when nothing is recomputed. */
export function activationBytes(
  { config }: Pick<PlannedModel, 'config'>,
  { batch, length, targets }: LayoutShape,
  shared: number,
): number {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headSize, layers, vocabSize } = config
  const rows = batch * length + shared
  // Two normalized inputs and their factors, q, k, v, attention's output and weights, gate and up.
  const perRow =
    4 * hiddenSize +
    (2 * heads + 4 * keyValueHeads) * headSize +
    heads * (length + shared) +
    3 * intermediateSize
  return 4 * (layers * rows * perRow + 3 * targets * vocabSize)
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
