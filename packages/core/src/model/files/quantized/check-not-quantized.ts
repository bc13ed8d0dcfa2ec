import { PatchError } from '../../../errors.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'

/** Quantization methods of safetensors weights, recognized by the tensors that they add or use in place of a weight. */
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

/** Methods that are supported if the configuration declares them. */
const isRead = /GPTQ|FP8/

const addIt = "Add it, from the quantizer's own file (quantize_config.json or quant_config.json)"
const another = 'the original model, or a GGUF version such as Q8_0 or Q4_K_M'

/** Throws `UNSUPPORTED` for quantized safetensors weights, naming the method. */
export function checkNotQuantized({ tensors }: TensorReader): void {
  const names = [...tensors.keys()]
  for (const [pattern, method] of methods) {
    const tensor = names.find((name) => pattern.test(name))
    if (tensor === undefined) continue
    throw new PatchError('UNSUPPORTED', {
      expected:
        'weights that are not quantized, or quantization_config in config.json that says how they are',
      found: `weights quantized by ${method} (tensor ${tensor})`,
      remedy: isRead.test(method) ? `${addIt}, or use ${another}` : `Use ${another}`,
    })
  }
}
