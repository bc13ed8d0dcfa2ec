import { PatchError } from '../../../errors.ts'
import type { TensorReader } from './tensor-reader.ts'

/** Ways of quantizing safetensors weights, by the tensors that they put beside or in place of a weight. */
const methods: readonly (readonly [RegExp, string])[] = [
  [/\.weight\.(absmax|quant_map|nested_absmax|quant_state\.bitsandbytes__\w+)$/, 'bitsandbytes, 4 bits'],
  [/\.(SCB|weight_format)$/, 'bitsandbytes, 8 bits'],
  [/\.(qweight|qzeros|g_idx)$/, 'GPTQ or AWQ'],
  [/\.(weight_packed|weight_shape|weight_zero_point)$/, 'compressed-tensors'],
  [/\.(weight_scale|weight_scale_inv|weight_scale_2|input_scale)$/, 'FP8 or FP4 with scales'],
  [/\.W_q$/, 'HQQ'],
  [/\.(qscale|weight\._data|weight\._scale)$/, 'Quanto'],
  [/\.(codebooks|codes)$/, 'AQLM'],
  [/_blocks$/, 'MXFP4'],
  [/\.(scales|biases)$/, 'MLX'],
]

/** Types of the values of float weights; others are parts of a quantized weight. */
const floats = new Set(['F64', 'F32', 'F16', 'BF16'])

/** Throws `UNSUPPORTED` for safetensors weights that a method has quantized, naming it. */
export function checkNotQuantized({ format, tensors }: TensorReader): void {
  if (format === 'gguf') return
  const names = [...tensors.keys()]
  for (const [pattern, method] of methods) {
    const tensor = names.find((name) => pattern.test(name))
    if (tensor !== undefined) throw quantized(`${method} (tensor ${tensor})`)
  }
}

/** Throws `UNSUPPORTED` for a safetensors weight of whole numbers, which are no values until something scales them. */
export function checkFloat({ format, tensors }: TensorReader, name: string): void {
  const dtype = tensors.get(name)?.dtype
  if (format === 'gguf' || dtype === undefined || floats.has(dtype)) return
  throw quantized(`tensor ${name} of type ${dtype}`)
}

function quantized(found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `weights in one of ${[...floats].join(', ')}`,
    found: `quantized weights: ${found}`,
    remedy: 'Use the original model, or a GGUF version such as Q8_0 or Q4_K_M',
  })
}
