import { PatchError } from '../../../errors.ts'
import { type Float8, float8Values } from '../dequantize/float8-formats.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'
import { partShape, type QuantizedMatrix, scaleTypes } from './matrix-parts.ts'

/** Weight types that have scales. */
export const float8Types = ['F8_E4M3', 'F8_E5M2'] as const

/** Names of the scales: in vLLM and compressed-tensors, and in DeepSeek and transformers. Both are multipliers. */
const scaleNames = ['weight_scale', 'weight_scale_inv'] as const

/**
 * A matrix of 8-bit floats with one scale for the whole matrix, per output, or per block of outputs and inputs. Blocks at the
 * edges may be cut off.
 *
 * @throws PatchError `MISSING_TENSOR` without scales, `MALFORMED` with two, `SHAPE_MISMATCH`
 */
export function scaledFloat8(
  reader: TensorReader,
  module: string,
  block: readonly [number, number] | undefined,
): QuantizedMatrix {
  const weight = `${module}.weight`
  const [outputs = 0, inputs = 0] = partShape(reader, weight, float8Types, [undefined, undefined])
  const scale = scaleOf(reader, module)
  const type = reader.tensors.get(weight)?.dtype as Float8
  const [rows, columns] = blockOf(reader, scale, [outputs, inputs], block)
  const across = Math.ceil(inputs / columns)
  return {
    shape: [outputs, inputs],
    parts: [scale, weight],
    expand(parts, out) {
      const [scales, bytes] = parts as [Float32Array, Uint8Array]
      const values = float8Values(type)
      for (let output = 0; output < outputs; output++) {
        const own = Math.floor(output / rows) * across
        let at = output * inputs
        for (let column = 0; column < across; column++) {
          const factor = scales[own + column]!
          const end = output * inputs + Math.min((column + 1) * columns, inputs)
          for (; at < end; at++) out[at] = values[bytes[at]!]! * factor
        }
      }
    },
  }
}

function scaleOf({ tensors }: TensorReader, module: string): string {
  const found = scaleNames.map((name) => `${module}.${name}`).filter((name) => tensors.has(name))
  const [scale] = found
  if (scale !== undefined && found.length === 1) return scale
  throw new PatchError(scale === undefined ? 'MISSING_TENSOR' : 'MALFORMED', {
    expected: `one of ${scaleNames.join(' and ')} beside ${module}.weight, which is of 8 bits`,
    found: scale === undefined ? 'neither' : 'both',
    remedy: 'The weights are incomplete or damaged; download them again',
  })
}

/** Outputs and inputs that share a scale. */
function blockOf(
  reader: TensorReader,
  scale: string,
  [outputs, inputs]: readonly [number, number],
  block: readonly [number, number] | undefined,
): readonly [number, number] {
  const shape = reader.tensors.get(scale)?.shape ?? []
  if (shape.every((n) => n === 1)) {
    partShape(reader, scale, scaleTypes, shape)
    return [Math.max(outputs, 1), Math.max(inputs, 1)]
  }
  if (block) {
    const [rows, columns] = block
    partShape(reader, scale, scaleTypes, [Math.ceil(outputs / rows), Math.ceil(inputs / columns)])
    return block
  }
  partShape(reader, scale, scaleTypes, shape.length === 1 ? [outputs] : [outputs, 1])
  return [1, Math.max(inputs, 1)]
}
