import { PatchError } from '../../../errors.ts'
import { missingTensor, type TensorReader } from '../tensors/tensor-reader.ts'

/** A matrix that a checkpoint stores as several tensors. */
export interface QuantizedMatrix {
  /** Outputs and inputs. */
  readonly shape: readonly [number, number]
  /** Names of its tensors, 8-bit ones last. */
  readonly parts: readonly string[]
  /** Expands the parts, given in order, to all values, row-major. */
  expand(parts: readonly MatrixPart[], out: Float32Array): void
  /** Throws if the parts are invalid. */
  check?(parts: readonly MatrixPart[]): void
}

/** 8-bit and integer values as stored, other floats as float32. */
export type MatrixPart = Int32Array | Float32Array | Uint8Array

const bytesOf = { I32: 4, F32: 4, F16: 4, BF16: 4, F8_E8M0: 4, F8_E4M3: 1, F8_E5M2: 1 } as const

/** The types that scales may have. */
export const scaleTypes = ['F32', 'F16', 'BF16', 'F8_E8M0'] as const

/**
 * Checks a part's shape and returns it.
 *
 * @param wanted the required shape, as far as it is known
 * @throws PatchError `MISSING_TENSOR`, `UNSUPPORTED` for another type, `SHAPE_MISMATCH`
 */
export function partShape(
  { tensors }: TensorReader,
  name: string,
  types: readonly string[],
  wanted: readonly (number | undefined)[],
): readonly number[] {
  const tensor = tensors.get(name)
  if (!tensor) throw missingTensor(name, 'the quantized checkpoint')
  const { dtype, shape } = tensor
  if (!types.includes(dtype)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `tensor ${name} of one of the types ${types.join(', ')}`,
      found: dtype,
      remedy: 'Use the original model, or a GGUF version such as Q4_K_M or Q8_0',
    })
  }
  const fits = shape.length === wanted.length && wanted.every((n, i) => n === undefined || n === shape[i])
  if (fits) return shape
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `tensor ${name} of shape [${wanted.map((n) => n ?? 'any').join(', ')}]`,
    found: `[${shape.join(', ')}]`,
    remedy: 'quantization_config and the weights belong to different models; download both again',
  })
}

/** Reads tensors into one contiguous buffer. */
export async function readParts(
  reader: TensorReader,
  names: readonly string[],
): Promise<{ readonly bytes: Uint8Array; readonly parts: readonly MatrixPart[] }> {
  const places = names.map((name) => {
    const { dtype, shape } = reader.tensors.get(name) ?? { dtype: 'F32', shape: [0] }
    const size = shape.reduce((product, n) => product * n, 1)
    return { name, dtype, size, byteLength: size * bytesOf[dtype as keyof typeof bytesOf] }
  })
  const buffer = new ArrayBuffer(places.reduce((sum, { byteLength }) => sum + byteLength, 0))
  const parts: MatrixPart[] = []
  let at = 0
  for (const { name, dtype, size, byteLength } of places) {
    if (dtype === 'I32' || byteLength === size) {
      const { bytes } = await reader.readPacked(name)
      new Uint8Array(buffer, at, byteLength).set(bytes)
      parts.push(dtype === 'I32' ? new Int32Array(buffer, at, size) : new Uint8Array(buffer, at, size))
    } else {
      const values = new Float32Array(buffer, at, size)
      values.set(await reader.read(name))
      parts.push(values)
    }
    at += byteLength
  }
  return { bytes: new Uint8Array(buffer), parts }
}
