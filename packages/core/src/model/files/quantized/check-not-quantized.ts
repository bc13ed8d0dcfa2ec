import { quantized } from '../tensors/quantized-checkpoint.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'

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

/** Throws `UNSUPPORTED` for safetensors weights that a method has quantized, naming it. */
export function checkNotQuantized({ tensors }: TensorReader): void {
  const names = [...tensors.keys()]
  for (const [pattern, method] of methods) {
    const tensor = names.find((name) => pattern.test(name))
    if (tensor !== undefined) throw quantized(`${method} (tensor ${tensor})`)
  }
}
