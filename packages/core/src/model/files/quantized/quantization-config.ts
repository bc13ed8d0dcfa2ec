import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { fieldsOf, type Json } from '../../decoder/config/config-fields.ts'
import {
  checkFieldRules,
  type FieldRule,
  type FieldRules,
  isEmpty,
  only,
  rowsOf,
} from '../../decoder/config/field-rules.ts'

/** How the matrices of a safetensors checkpoint are quantized. */
export type Quantization =
  /** Frantar et al. 2022, as written by AutoGPTQ and GPTQModel, in 4 bits. */
  | {
      readonly method: 'gptq'
      /** Number of inputs that share a scale; undefined: all. */
      readonly groupSize: number | undefined
      /** What was subtracted from stored zero points: 1 in the first format, 0 in `gptq_v2`. */
      readonly zeroShift: 0 | 1
    }
  /** Lin et al. 2023, in AutoAWQ's `gemm` packing, in 4 bits. */
  | { readonly method: 'awq'; readonly groupSize: number | undefined }
  /** 8-bit floats with scales. */
  | {
      readonly method: 'fp8'
      /** Outputs and inputs that share a scale; undefined: one scale per output or for the whole matrix. */
      readonly block: readonly [number, number] | undefined
    }

const remedy = 'Use the original model, or a GGUF version such as Q4_K_M or Q8_0'

const fixed = (...values: readonly unknown[]): FieldRule =>
  ({ ...(only(...values) as object), remedy }) as FieldRule

const activations: FieldRule = { harmless: 'activations are kept in float32' }

const gptqRules: FieldRules = {
  bits: fixed(4),
  ...rowsOf('checkpoint_format format', fixed('gptq', 'gptq_v2')),
  is_marlin_format: fixed(false),
  pack_dtype: fixed('int32'),
  // Per-layer bits, an accompanying LoRA adapter, and rotated activations.
  ...rowsOf('dynamic adapter rotation', fixed()),
}

const awqRules: FieldRules = {
  ...rowsOf('bits w_bit', fixed(4)),
  ...rowsOf('version format checkpoint_format', fixed('gemm', 'GEMM')),
  zero_point: fixed(true),
  ...rowsOf('dynamic adapter rotation', fixed()),
}

const fp8Rules: FieldRules = {
  fmt: fixed('e4m3', 'e5m2'),
  scale_fmt: fixed('float', 'ue8m0'),
  expert_dtype: fixed('fp8'),
  // GPTQModel's own FP8, where scales of the same name are divisors.
  ...rowsOf('weight_scale_method weight_scale_semantics', fixed()),
  activation_scheme: activations,
}

const compressedRules: FieldRules = {
  format: fixed('float-quantized'),
  sparsity_config: {
    only: 'absent or dense',
    allows: (value) => isEmpty(value) || (value as Json).format === 'dense',
    remedy,
  },
  transform_config: fixed(),
  kv_cache_scheme: { harmless: 'keys and values are kept in float32' },
}

const groupRules: FieldRules = {
  format: fixed('float-quantized'),
  ...rowsOf('input_activations output_activations', activations),
}

const compressedWeights: FieldRules = {
  num_bits: fixed(8),
  type: fixed('float'),
  symmetric: fixed(true),
  strategy: fixed('tensor', 'channel', 'block'),
  dynamic: fixed(false),
  actorder: fixed(),
}

/**
 * Parses `quantization_config` of config.json; undefined if it names no method.
 *
 * @throws PatchError `UNSUPPORTED` for methods, formats and bits other than those of {@link Quantization}, by name; `MALFORMED`
 */
export function parseQuantization(value: unknown): Quantization | undefined {
  if (typeof value !== 'object' || isEmpty(value)) return undefined
  const json = value as Json
  switch (json.quant_method) {
    case undefined:
    case null:
      return undefined
    case 'gptq': {
      checkFieldRules(json, gptqRules, config)
      const formats = [json.checkpoint_format, json.format].filter((format) => !isEmpty(format))
      if (new Set(formats).size > 1) throw malformed('one format', formats)
      // Required, because with a different number of bits the same data would mean other weights.
      fieldsOf(json, config).integer('bits')
      return { method: 'gptq', groupSize: groupSize(json), zeroShift: formats[0] === 'gptq_v2' ? 0 : 1 }
    }
    case 'awq':
      checkFieldRules(json, awqRules, config)
      return { method: 'awq', groupSize: groupSize(json) }
    case 'fp8':
      checkFieldRules(json, fp8Rules, config)
      // transformers' default.
      return {
        method: 'fp8',
        block: block('weight_block_size' in json ? json.weight_block_size : [128, 128]),
      }
    case 'compressed-tensors':
      return compressedTensors(json)
    default:
      throw new PatchError('UNSUPPORTED', {
        expected: `quant_method gptq, awq, fp8 or compressed-tensors in ${config}`,
        found: describeValue(json.quant_method),
        remedy,
      })
  }
}

const config = 'quantization_config in config.json'

function groupSize(json: Json): number | undefined {
  const name = json.group_size === undefined ? 'q_group_size' : 'group_size'
  return json[name] === -1 ? undefined : fieldsOf(json, config).integer(name)
}

function block(value: unknown): readonly [number, number] | undefined {
  if (value === null || value === undefined) return undefined
  const [rows, columns, more] = Array.isArray(value) ? value : []
  if (isSize(rows) && isSize(columns) && more === undefined) return [rows, columns]
  throw malformed('two sizes of a block', value)
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** The quantization common to all groups of layers; layers in no group are not quantized. */
function compressedTensors(json: Json): Quantization {
  checkFieldRules(json, compressedRules, config)
  const groups = isEmpty(json.config_groups) ? [] : Object.entries(json.config_groups as Json)
  if (groups.length === 0) throw malformed('config_groups', json.config_groups)
  const blocks = groups.map(([name, group]) => {
    const of = `config_groups.${name} of ${config}`
    if (typeof group !== 'object' || group === null) throw malformed(of, group)
    checkFieldRules(group as Json, groupRules, of)
    const { weights } = group as Json
    if (typeof weights !== 'object' || weights === null) throw malformed(`weights in ${of}`, weights)
    const fields = weights as Json
    checkFieldRules(fields, compressedWeights, `weights in ${of}`)
    fieldsOf(fields, of).integer('num_bits')
    return fields.strategy === 'block' ? block(fields.block_structure) : undefined
  })
  const sizes = new Set(blocks.filter((one) => one !== undefined).map(String))
  if (sizes.size <= 1) return { method: 'fp8', block: blocks.find((one) => one !== undefined) }
  throw new PatchError('UNSUPPORTED', {
    expected: `blocks of one size in ${config}`,
    found: [...sizes].join(' and '),
    remedy,
  })
}

function malformed(expected: string, found: unknown): PatchError {
  return new PatchError('MALFORMED', {
    expected: expected.includes(config) ? expected : `${expected} in ${config}`,
    found: describeValue(found),
    remedy: 'The model is incomplete or damaged; download it again',
  })
}
