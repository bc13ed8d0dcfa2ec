import { PatchError, settleAll } from '../../../errors.ts'
import type { PackedTensor } from '../dequantize/block-format.ts'

/**
 * Tensors in files. Safetensors and GGUF files, whole or split, are read through one interface: first the header, checked as the
 * format's own library does, then tensor by tensor.
 */

/** A tensor as stored. */
export interface StoredTensor {
  /** Row-major, outermost first (GGUF's order is reversed). */
  readonly shape: readonly number[]
  /** The file's name for the type: `F32`, `BF16`, `Q4_1` … */
  readonly dtype: string
  /** Bytes in the file. */
  readonly byteLength: number
}

/** Weights in a file, read tensor by tensor. */
export interface TensorReader {
  readonly format: 'safetensors' | 'gguf'
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** One tensor's values as float32, row-major. `MISSING_TENSOR` if absent, `UNSUPPORTED` for an unknown type. */
  read(name: string): Promise<Float32Array>
  /** One tensor as stored, for decoding later and more than once. Errors as `read`. */
  readPacked(name: string): Promise<PackedTensor>
  close(): Promise<void>
}

/**
 * Presents the tensors of several files as those of one.
 *
 * @param files all of them: `close` closes each
 * @param owners the file that each tensor is in
 * @param name of the whole, for messages
 */
export function joinReaders(
  files: readonly TensorReader[],
  owners: ReadonlyMap<string, TensorReader>,
  name: string,
): Pick<TensorReader, 'tensors' | 'read' | 'readPacked' | 'close'> {
  const tensors = new Map<string, StoredTensor>()
  for (const [tensor, owner] of owners) {
    const stored = owner.tensors.get(tensor)
    if (!stored) throw missingTensor(tensor, name)
    tensors.set(tensor, stored)
  }
  const ownerOf = (tensor: string) => {
    const owner = owners.get(tensor)
    if (!owner) throw missingTensor(tensor, name)
    return owner
  }
  return {
    tensors,
    read: async (tensor) => ownerOf(tensor).read(tensor),
    readPacked: async (tensor) => ownerOf(tensor).readPacked(tensor),
    close: () => settleAll(files.map((file) => file.close())),
  }
}

/** The error of a reader that is asked for a tensor it does not have. */
export function missingTensor(name: string, file: string, cause?: unknown): PatchError {
  return new PatchError('MISSING_TENSOR', {
    expected: `a tensor ${name} in ${file}`,
    found: 'no tensor with that name',
    remedy: 'Check that the weights belong to this model and are complete',
    cause,
  })
}

/** Value types of float weights; other types are parts of a quantized weight. */
const floats = new Set(['F64', 'F32', 'F16', 'BF16'])

/** Throws `UNSUPPORTED` for an integer safetensors weight, whose values are unknown without its scales. */
export function checkFloat({ format, tensors }: TensorReader, name: string): void {
  const dtype = tensors.get(name)?.dtype
  if (format === 'gguf' || dtype === undefined || floats.has(dtype)) return
  throw new PatchError('UNSUPPORTED', {
    expected: `weights in one of ${[...floats].join(', ')}`,
    found: `quantized weights: tensor ${name} of type ${dtype}`,
    remedy: 'Use the original model, or a GGUF version such as Q8_0 or Q4_K_M',
  })
}
