import { PatchError } from '../../../errors.ts'
import type { TensorReader } from './tensor-reader.ts'

/** Types of the values of float weights; others are parts of a quantized weight. */
const floats = new Set(['F64', 'F32', 'F16', 'BF16'])

/** Throws `UNSUPPORTED` for a safetensors weight of whole numbers, which are no values until something scales them. */
export function checkFloat({ format, tensors }: TensorReader, name: string): void {
  const dtype = tensors.get(name)?.dtype
  if (format === 'gguf' || dtype === undefined || floats.has(dtype)) return
  throw new PatchError('UNSUPPORTED', {
    expected: `weights in one of ${[...floats].join(', ')}`,
    found: `quantized weights: tensor ${name} of type ${dtype}`,
    remedy: 'Use the original model, or a GGUF version such as Q8_0 or Q4_K_M',
  })
}
