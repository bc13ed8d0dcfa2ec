/**
 * Quantized safetensors checkpoints. What a method stores as several tensors (quantization-config determines the method) appears
 * as one tensor, MODULE.weight, with the float32 values that the method's own library computes. Its bytes are those of its parts,
 * and `readPacked` keeps them packed, so that the matrix takes little more memory than in its file.
 */

import { PatchError } from '../../../errors.ts'
import type { PackedTensor } from '../dequantize/block-format.ts'
import type { StoredTensor, TensorReader } from '../tensors/tensor-reader.ts'
import { awqMatrix, gptqMatrix } from './four-bit-matrices.ts'
import { type QuantizedMatrix, readParts } from './matrix-parts.ts'
import type { Quantization } from './quantization-config.ts'
import { float8Types, scaledFloat8 } from './scaled-float8.ts'

/** Scales of activations, keys and values, which stay in float32 here. */
const ofActivations = /\.(input_scale|activation_scale|output_scale|[qkv]_scale)$/

/**
 * A reader that presents a quantized checkpoint as if it were not quantized. `close` closes the underlying reader.
 *
 * @param uses whether the model has a tensor of this name; all-zero biases that it does not have are dropped
 * @throws PatchError `MISSING_TENSOR`, `SHAPE_MISMATCH`, `UNSUPPORTED` or `MALFORMED`, naming the tensor
 */
export async function quantizedReader(
  reader: TensorReader,
  quantization: Quantization,
  uses: (name: string) => boolean,
): Promise<TensorReader> {
  const matrices = new Map<string, QuantizedMatrix>()
  const tensors = new Map<string, StoredTensor>(reader.tensors)
  const modules = modulesOf(reader, quantization)
  for (const module of modules) {
    const matrix = matrixOf(reader, module, quantization)
    const name = `${module}.weight`
    if (!matrix.parts.includes(name) && tensors.has(name)) throw twice(name)
    for (const part of matrix.parts) tensors.delete(part)
    const byteLength = matrix.parts.reduce(
      (sum, part) => sum + (reader.tensors.get(part)?.byteLength ?? 0),
      0,
    )
    tensors.set(name, { shape: matrix.shape, dtype: 'F32', byteLength })
    matrices.set(name, matrix)
  }
  if (quantization.method === 'fp8') {
    for (const [name, { shape }] of reader.tensors) {
      if (ofActivations.test(name) && shape.every((n) => n === 1)) tensors.delete(name)
    }
  }
  if (quantization.method === 'gptq') {
    const biases = modules
      .map((module) => `${module}.bias`)
      .filter((name) => tensors.has(name) && !uses(name))
    for (const bias of biases) if (await isZeros(reader, bias)) tensors.delete(bias)
  }
  return {
    format: 'safetensors',
    tensors,
    async read(name) {
      const matrix = matrices.get(name)
      return matrix ? (await packed(reader, matrix)).decode() : reader.read(name)
    },
    async readPacked(name) {
      const matrix = matrices.get(name)
      return matrix ? packed(reader, matrix) : reader.readPacked(name)
    },
    close: () => reader.close(),
  }
}

/** The modules with quantized matrices; other modules are stored as usual. */
function modulesOf({ tensors }: TensorReader, { method }: Quantization): readonly string[] {
  const isOne =
    method === 'fp8'
      ? (name: string) => name.endsWith('.weight') && isFloat8(tensors.get(name)?.dtype)
      : (name: string) => name.endsWith('.qweight')
  return [...tensors.keys()].filter(isOne).map((name) => name.replace(/\.q?weight$/, ''))
}

const isFloat8 = (dtype = '') => (float8Types as readonly string[]).includes(dtype)

function matrixOf(reader: TensorReader, module: string, quantization: Quantization): QuantizedMatrix {
  if (quantization.method === 'gptq') return gptqMatrix(reader, module, quantization)
  if (quantization.method === 'awq') return awqMatrix(reader, module, quantization)
  return scaledFloat8(reader, module, quantization.block)
}

async function packed(
  reader: TensorReader,
  { shape, parts, check, expand }: QuantizedMatrix,
): Promise<PackedTensor> {
  const read = await readParts(reader, parts)
  check?.(read.parts)
  return {
    bytes: read.bytes,
    decode(out = new Float32Array(shape[0] * shape[1])) {
      expand(read.parts, out)
      return out
    },
  }
}

/** AutoGPTQ writes an all-zero bias for modules without one. */
async function isZeros(reader: TensorReader, name: string): Promise<boolean> {
  const values = await reader.read(name)
  return values.every((value) => value === 0)
}

function twice(name: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: `tensor ${name} either quantized or not`,
    found: 'both',
    remedy: 'The weights are damaged; download them again',
  })
}
