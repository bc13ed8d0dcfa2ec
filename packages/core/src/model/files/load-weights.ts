import type { NamedWeights, Weight } from '../../backend/backend.ts'
import { PatchError, throwIfAborted } from '../../errors.ts'
import type { Architecture, WeightSpec } from '../decoder/architectures/architecture.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { type EmbeddingNames, embeddingNames } from './embedding-ties.ts'
import type { LoraAdapter } from './lora/lora.ts'
import { checkAllUsed, checkLayers, checkShape, isTransposed, storedName } from './stored-weights.ts'
import { checkFloat, type TensorReader } from './tensors/tensor-reader.ts'

export interface LoadWeightsOptions {
  /** A LoRA adapter to merge into the weights as they are read. */
  readonly adapter?: LoraAdapter | undefined
  /** The model's configuration after merging it: see `adaptedConfig`. */
  readonly adapted?: ModelConfig
  /** Whether token embeddings also stay packed, because programs only gather their rows. Default false. */
  readonly packsEmbeddings?: boolean
  /** Identifies the tensors of these files as the architecture reads them; called if one stays packed. */
  readonly origin?: (() => Promise<string>) | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads the tensors that an architecture needs, one at a time, under their canonical names. Matrices stored in less than float32
 * stay packed and are expanded when used, unless an adapter changes them. Throws `MISSING_TENSOR`, `SHAPE_MISMATCH`,
 * `UNSUPPORTED` or `NOT_FINITE`, naming the tensor; packed tensors throw the last one when expanded.
 */
export async function loadWeights(
  reader: TensorReader,
  architecture: Architecture,
  config: ModelConfig,
  { adapter, adapted = config, packsEmbeddings = false, origin, onProgress, signal }: LoadWeightsOptions = {},
): Promise<NamedWeights> {
  if (reader.format === 'safetensors') {
    const { checkNotQuantized } = await import('./quantized/check-not-quantized.ts')
    checkNotQuantized(reader)
  }
  checkLayers(reader, config)
  const specs = architecture.weightSpecs(adapted)
  checkAllUsed(reader, architecture.weightSpecs(config), config)
  const names = embeddingNames(architecture, config)
  checkTargets(adapter, [...specs.map(({ name }) => name), ...(adapted.tiedEmbeddings ? [names.output] : [])])
  const weights: Record<string, Weight> = {}
  let model: string | undefined
  for (const [index, spec] of specs.entries()) {
    throwIfAborted(signal, 'loading the weights')
    // A tied matrix gets the changes of both; one that the adapter unties starts as a copy of the other.
    const tied = adapted.tiedEmbeddings && spec.name === names.embedding ? names.output : undefined
    const isTied = config.tiedEmbeddings && (spec.name === names.embedding || spec.name === names.output)
    const source = isTied ? storedOfTied(reader, specs, names) : spec
    const changed = [spec.name, tied].some((name) => name !== undefined && adapter?.changed.has(name))
    if (adapter && changed) {
      const whole = [spec.name, tied].some((name) => name !== undefined && adapter.replaced.has(name))
      const data = whole ? new Float32Array(sizeOf(spec)) : await readWeight(reader, source)
      await adapter.merge(spec.name, data, spec.shape, tied)
      checkFinite(spec.name, data)
      weights[spec.name] = { shape: spec.shape, data }
    } else {
      const stored = await storedWeight(reader, source, packsEmbeddings)
      if (origin && 'expand' in stored) {
        model ??= await origin()
        weights[spec.name] = { ...stored, origin: { model, tensor: source.name } }
      } else weights[spec.name] = stored
    }
    onProgress?.(index + 1, specs.length)
  }
  return weights
}

/** A file may store either of two tied matrices. */
export function storedOfTied(
  { tensors }: TensorReader,
  specs: readonly WeightSpec[],
  { embedding, output }: EmbeddingNames,
): WeightSpec {
  const spec = specs.find(({ name }) => name === embedding) as WeightSpec
  const isThere = [spec.name, ...(spec.otherNames ?? []), spec.gguf].some((name) => tensors.has(name))
  return isThere || !tensors.has(output) ? spec : { ...spec, name: output }
}

const sizeOf = ({ shape }: WeightSpec): number => shape.reduce((product, n) => product * n, 1)

async function storedWeight(
  reader: TensorReader,
  spec: WeightSpec,
  packsEmbeddings: boolean,
): Promise<Weight> {
  const { shape, kind } = spec
  const mayBePacked = kind === 'matrix' || (kind === 'embedding' && packsEmbeddings)
  const stored = checkedName(reader, spec)
  if (mayBePacked && isPacked(reader, stored)) return packedWeight(reader, stored, spec)
  return { shape, data: await readWeight(reader, spec) }
}

async function readWeight(reader: TensorReader, spec: WeightSpec): Promise<Float32Array> {
  const stored = checkedName(reader, spec)
  const data = await reader.read(stored)
  reordered(reader, spec, data)
  checkFinite(stored, data)
  return data
}

/** Reorders values from a file's order to the checkpoint's, in place. */
function reordered(reader: TensorReader, spec: WeightSpec, data: Float32Array): void {
  const [rows, columns] = spec.shape as [number, number]
  if (reader.format === 'gguf') spec.fromGguf?.(data, rows)
  if (isTransposed(reader, spec)) transpose(data, columns, rows)
}

/** Transposes [rows, columns] to [columns, rows], in place. */
function transpose(data: Float32Array, rows: number, columns: number): void {
  const stored = data.slice()
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = stored[row * columns + column] as number
    }
  }
}

/** A tensor's name in the file, after checking its type and shape. */
export function checkedName(reader: TensorReader, spec: WeightSpec): string {
  const stored = storedName(reader, spec)
  checkFloat(reader, stored)
  checkShape(reader, stored, spec)
  return stored
}

/** Whether the file stores a tensor in less than float32. */
export function isPacked(reader: TensorReader, name: string): boolean {
  const { shape, byteLength } = reader.tensors.get(name) ?? { shape: [], byteLength: 0 }
  return byteLength < shape.reduce((product, n) => product * n, 4)
}

async function packedWeight(reader: TensorReader, stored: string, spec: WeightSpec): Promise<Weight> {
  const packed = await reader.readPacked(stored)
  const { decodePart } = packed
  const [, columns = 0] = spec.shape
  return {
    shape: spec.shape,
    bytes: packed.bytes,
    // A tensor that gets reordered can only be decoded as a whole.
    ...(decodePart &&
      !spec.fromGguf &&
      !isTransposed(reader, spec) && {
        rows(from: number, to: number, out = new Float32Array((to - from) * columns)) {
          decodePart(from * columns, to * columns, out)
          checkFinite(stored, out)
          return out
        },
      }),
    expand(out) {
      const data = packed.decode(out)
      reordered(reader, spec, data)
      checkFinite(stored, data)
      return data
    },
  }
}

function checkTargets(adapter: LoraAdapter | undefined, names: readonly string[]): void {
  const known = new Set(names)
  const stray = [...(adapter?.changed ?? [])].find((target) => !known.has(target))
  if (stray === undefined) return
  throw new PatchError('MISSING_TENSOR', {
    expected: `a model with the weight ${stray} that the LoRA adapter changes`,
    found: 'a model without it',
    remedy: 'Use an adapter that was made for this model',
  })
}

function checkFinite(name: string, data: Float32Array): void {
  if (Number.isFinite(sumOf(data))) return
  throw new PatchError('NOT_FINITE', {
    expected: `finite values in tensor ${name}`,
    found: 'NaN or infinity',
    remedy: 'The weights are damaged; download them again',
  })
}

/** Finite only if every value is, as no weight is near float32's largest. Four independent sums avoid a dependency chain. */
function sumOf(data: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = data.length - (data.length % 4)
  for (let i = 0; i < whole; i += 4) {
    a += data[i] as number
    b += data[i + 1] as number
    c += data[i + 2] as number
    d += data[i + 3] as number
  }
  for (let i = whole; i < data.length; i++) a += data[i] as number
  return a + b + c + d
}
