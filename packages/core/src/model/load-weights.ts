import type { NamedWeights, Weight } from '../backend.ts'
import { PatchError, throwIfAborted } from '../errors.ts'
import type { Architecture, WeightSpec } from './architecture.ts'
import type { LoraAdapter } from './lora.ts'
import type { ModelConfig } from './model-config.ts'
import { checkFloat, checkNotQuantized } from './quantized-checkpoint.ts'
import type { TensorReader } from './tensor-reader.ts'

export interface LoadWeightsOptions {
  /** A LoRA adapter that is added to the weights as they are read. */
  readonly adapter?: LoraAdapter
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/**
 * Reads the tensors that an architecture needs, one at a time, under their canonical names. Matrices that a file keeps
 * in less than float32 stay as they are and are expanded when they are used, unless an adapter changes them. Throws
 * `MISSING_TENSOR`, `SHAPE_MISMATCH`, `UNSUPPORTED` or `NOT_FINITE`, naming the tensor; what stays packed throws the last
 * when expanded.
 */
export async function loadWeights(
  reader: TensorReader,
  architecture: Architecture,
  config: ModelConfig,
  { adapter, onProgress, signal }: LoadWeightsOptions = {},
): Promise<NamedWeights> {
  const specs = architecture.weightSpecs(config)
  const weights: Record<string, Weight> = {}
  checkTargets(adapter, specs)
  checkNotQuantized(reader)
  for (const [index, spec] of specs.entries()) {
    throwIfAborted(signal, 'loading the weights')
    const stored = storedName(reader, spec)
    checkFloat(reader, stored)
    checkShape(reader, stored, spec)
    const adapted = adapter?.targets.has(spec.name)
    if (spec.kind === 'matrix' && !adapted && isPacked(reader, stored)) {
      weights[spec.name] = await packedWeight(reader, stored, spec)
    } else {
      const data = await reader.read(stored)
      if (reader.format === 'gguf') spec.fromGguf?.(data, spec.shape[0] as number)
      if (adapted) await adapter?.merge(spec.name, data, spec.shape)
      checkFinite(stored, data)
      weights[spec.name] = { shape: spec.shape, data }
    }
    onProgress?.(index + 1, specs.length)
  }
  return weights
}

/** Whether the file keeps a tensor in less than float32. */
function isPacked(reader: TensorReader, name: string): boolean {
  const { shape, byteLength } = reader.tensors.get(name) ?? { shape: [], byteLength: 0 }
  return byteLength < shape.reduce((product, n) => product * n, 4)
}

async function packedWeight(reader: TensorReader, stored: string, spec: WeightSpec): Promise<Weight> {
  const packed = await reader.readPacked(stored)
  const turn = reader.format === 'gguf' ? spec.fromGguf : undefined
  return {
    shape: spec.shape,
    expand(out) {
      const data = packed.decode(out)
      turn?.(data, spec.shape[0] as number)
      checkFinite(stored, data)
      return data
    },
  }
}

function checkTargets(adapter: LoraAdapter | undefined, specs: readonly WeightSpec[]): void {
  const names = new Set(specs.map(({ name }) => name))
  const stray = [...(adapter?.targets.keys() ?? [])].find((target) => !names.has(target))
  if (stray === undefined) return
  throw new PatchError('MISSING_TENSOR', {
    expected: `a model with the weight ${stray} that the LoRA adapter changes`,
    found: 'a model without it',
    remedy: 'Use an adapter that was made for this model',
  })
}

function storedName(reader: TensorReader, spec: WeightSpec): string {
  const names = reader.format === 'gguf' ? [spec.gguf] : [spec.name, spec.name.replace(/^model\./, '')]
  const found = names.find((name) => reader.tensors.has(name))
  if (found) return found
  throw new PatchError('MISSING_TENSOR', {
    expected: `a tensor ${names[0]} of shape [${spec.shape}]`,
    found: `${reader.tensors.size} tensors without it`,
    remedy: 'The weights are incomplete, or the configuration belongs to another model; fetch both again',
  })
}

function checkShape(reader: TensorReader, name: string, spec: WeightSpec): void {
  const shape = reader.tensors.get(name)?.shape ?? []
  if (shape.length === spec.shape.length && shape.every((n, i) => n === spec.shape[i])) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `tensor ${name} of shape [${spec.shape}]`,
    found: `[${shape}]`,
    remedy: 'The configuration and the weights belong to different models; fetch both again',
  })
}

function checkFinite(name: string, data: Float32Array): void {
  if (Number.isFinite(sumOf(data))) return
  throw new PatchError('NOT_FINITE', {
    expected: `finite values in tensor ${name}`,
    found: 'NaN or infinity',
    remedy: 'The weights are damaged; fetch them again',
  })
}

/** Finite only if every value is; no weight is near float32's largest. Four sums at once do not wait for each other. */
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
