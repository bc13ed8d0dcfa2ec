/**
 * Estimates the memory of a process that generates with a model, and of one that trains a prefix for it, before either is
 * tried. It assumes compiled programs that keep what the gradient needs (memory-plan); an eager backend takes more.
 */

import type { Precision } from '../backend/backend.ts'
import type { Architecture, WeightSpec } from '../model/decoder/architectures/architecture.ts'
import type { ModelConfig } from '../model/decoder/config/model-config.ts'
import { embeddingNames } from '../model/files/embedding-ties.ts'
import { checkedName, isPacked, storedOfTied } from '../model/files/load-weights.ts'
import type { TensorReader } from '../model/files/tensors/tensor-reader.ts'
import { defaultMemoryBudget, layerBytes, logitBytes, type MemoryPlan } from '../train/trainer/memory-plan.ts'
import { partsOf, type StepShape } from './step-shape.ts'

/** Something that takes memory, in bytes. */
export interface MemoryPart {
  readonly name: string
  readonly bytes: number
}

export interface MemoryUse {
  readonly parts: readonly MemoryPart[]
  readonly total: number
}

export interface MemoryEstimate {
  /** Total bytes that this process may use: those in use plus those free. Undefined if unknown. */
  readonly limit: number | undefined
  /** For a process that answers one prompt at a time. */
  readonly generation: MemoryUse
  /** For a training step. */
  readonly training: MemoryUse & { readonly plan: MemoryPlan }
}

export interface MemoryOptions {
  readonly precision: Precision
  /** Bytes in use before the weights are loaded. */
  readonly inUse: number
  /** Bytes that are free at that time. */
  readonly free: number | undefined
}

/** A model's tensors, and how its files store them. */
export interface SizedModel {
  readonly config: ModelConfig
  readonly tensors: readonly SizedTensor[]
}

interface SizedTensor extends Pick<WeightSpec, 'shape' | 'kind'> {
  readonly size: number
  /** In the file. */
  readonly dtype: string
  readonly byteLength: number
  /** Whether the file stores it in fewer bits than float32. */
  readonly packed: boolean
  /** Whether matrix products use it, in the forward pass and for the gradient. */
  readonly multiplied: boolean
  /** Whether it is outside the layers. */
  readonly outside: boolean
}

/** The tensors that an architecture needs. The files must have them: see `examineFiles`. */
export function sizedModel(
  reader: TensorReader,
  architecture: Architecture,
  config: ModelConfig,
): SizedModel {
  const specs = architecture.weightSpecs(config)
  const names = embeddingNames(architecture, config)
  const output = architecture.outputWeight(config)
  const inLayers = architecture.layerPrefix ?? 'model.layers.'
  const tensors = specs.map((spec): SizedTensor => {
    const isTied = config.tiedEmbeddings && spec.name === names.embedding
    const name = checkedName(reader, isTied ? storedOfTied(reader, specs, names) : spec)
    const { dtype = '', byteLength = 0 } = reader.tensors.get(name) ?? {}
    const isOutput = spec.name === output
    return {
      ...{ shape: spec.shape, kind: spec.kind, dtype, byteLength },
      size: sizeOf(spec.shape),
      packed: (spec.kind === 'matrix' || spec.kind === 'embedding') && isPacked(reader, name),
      multiplied: isOutput || (spec.kind === 'matrix' && spec.name.startsWith(inLayers)),
      outside: !spec.name.startsWith(inLayers),
    }
  })
  return { config, tensors }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export function estimateMemory(model: SizedModel, step: StepShape, options: MemoryOptions): MemoryEstimate {
  const { inUse, free } = options
  const limit = free === undefined ? undefined : inUse + free
  return { limit, generation: generationUse(model, options), training: trainingUse(model, step, options) }
}

/** The fastest plan that fits in four fifths of the free memory, as the trainer chooses; otherwise the smallest one. */
function trainingUse(model: SizedModel, step: StepShape, options: MemoryOptions): MemoryEstimate['training'] {
  const budget = defaultMemoryBudget(options.free)
  const plans: readonly MemoryPlan[] = [
    { recompute: 'none', weights: 'held' },
    { recompute: 'block', weights: 'held' },
    { recompute: 'block', weights: 'by layer' },
  ]
  const uses = plans.map((plan) => ({ ...useOf(stepParts(model, step, plan, options)), plan }))
  return uses.find(({ total }) => total - options.inUse <= budget) ?? (uses.at(-1) as (typeof uses)[number])
}

const useOf = (parts: readonly MemoryPart[]): MemoryUse => {
  const there = parts.filter(({ bytes }) => bytes > 0)
  return { parts: there, total: sum(there.map(({ bytes }) => bytes)) }
}

function stepParts(
  model: SizedModel,
  step: StepShape,
  { recompute, weights }: MemoryPlan,
  options: MemoryOptions,
): MemoryPart[] {
  const { config } = model
  const shape = partsOf(step).layout
  const rows = shape.batch * shape.length + step.prefixLength
  const layer = layerBytes(config, shape, step.prefixLength)
  const whole = recompute === 'none'
  return [
    ...loadedParts(model, options),
    ...(weights === 'held' ? heldParts(model, options.precision, 'training') : byLayerParts(model)),
    {
      name: 'kept for the gradient',
      bytes: whole ? config.layers * layer : 4 * config.layers * rows * config.hiddenSize,
    },
    { name: 'logits', bytes: logitBytes(config, shape, options.precision) },
    { name: 'one layer at work', bytes: (whole ? 1 : 3) * layer },
  ]
}

/** Length of the conversation, in positions, that the estimate assumes. */
const conversation = 512

function generationUse(model: SizedModel, options: MemoryOptions): MemoryUse {
  const { layers, keyValueHeads, headSize, vocabSize } = model.config
  const places = Math.min(conversation, model.config.maxPositions)
  return useOf([
    ...loadedParts(model, options),
    ...heldParts(model, options.precision, 'generation'),
    {
      name: `keys and values of ${places} tokens`,
      bytes: 4 * 2 * layers * keyValueHeads * headSize * places,
    },
    { name: 'logits', bytes: 4 * 2 * vocabSize },
  ])
}

/** Bytes taken by a loaded runtime and its programs. */
const runtime = 64e6

/** What is in memory once a model is loaded. */
function loadedParts({ config, tensors }: SizedModel, { inUse, precision }: MemoryOptions): MemoryPart[] {
  const loaded = tensors.map(({ packed, kind, byteLength, size }) => {
    // See `packsEmbeddings`.
    const staysPacked = packed && (kind === 'matrix' || !config.tiedEmbeddings || precision === 'int8')
    return staysPacked ? byteLength : 4 * size
  })
  return [
    { name: 'in use before loading', bytes: inUse },
    { name: 'runtime and programs', bytes: runtime },
    { name: 'weights as they are loaded', bytes: sum(loaded) },
  ]
}

/**
 * Weights in the layout used for matrix products, and what it takes to make it. In int8 there are two copies: one for the
 * forward pass, and one for the gradient or, in generation, arranged for steps of single tokens.
 */
function heldParts(
  { tensors }: SizedModel,
  precision: Precision,
  work: 'training' | 'generation',
): MemoryPart[] {
  const matrices = tensors.filter(({ multiplied }) => multiplied)
  const size = sum(matrices.map((matrix) => matrix.size))
  if (precision === 'int8') {
    return [
      { name: 'weights in int8, twice', bytes: 2 * size },
      { name: 'making int8 of weights', bytes: preparation(matrices, work === 'training' ? 2 : 1) },
    ]
  }
  // An embedding that matrix products use was loaded as float32.
  const expanded = matrices.filter(({ packed, kind }) => packed && kind === 'matrix')
  return [
    { name: 'weights in float32', bytes: 4 * sum(expanded.map((matrix) => matrix.size)) },
    { name: 'arranged for single tokens', bytes: work === 'generation' ? 4 * size : 0 },
  ]
}

/** Maximum number of values quantized at once. */
const largestPiece = 2 ** 24

/** Room for the float32 values of one piece of a matrix and, for each matrix shape and form, for intermediate results. */
function preparation(matrices: readonly SizedTensor[], forms: number): number {
  const pieces = matrices.map(({ size }) => size / Math.ceil(size / largestPiece))
  const shapes = new Map(matrices.map(({ shape, size }) => [`${shape}`, size]))
  const kept = [...shapes.values()].filter((size) => size <= largestPiece)
  return 4 * Math.max(0, ...pieces) + 10 * forms * sum(kept)
}

/** Weights expanded to float32 for one layer at a time; those outside the layers stay expanded. */
function byLayerParts({ config, tensors }: SizedModel): MemoryPart[] {
  const packed = tensors.filter(({ multiplied, packed }) => multiplied && packed)
  const inLayers = packed.filter((tensor) => !tensor.outside)
  const outside = packed.filter((tensor) => tensor.outside && tensor.kind === 'matrix')
  const bytes = (some: readonly SizedTensor[]) => 4 * sum(some.map(({ size }) => size))
  return [{ name: 'weights in float32, by layer', bytes: bytes(inLayers) / config.layers + bytes(outside) }]
}
