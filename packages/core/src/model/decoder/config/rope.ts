import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { fieldsOf, type Json } from './config-fields.ts'
import { checkFieldRules, type FieldRules, isEmpty, only, rowsOf } from './field-rules.ts'
import type { ModelConfig, RopeScaling } from './model-config.ts'

/** Parameters of RoPE beside those that the type reads, which the type would pass over. */
const withoutEffect: FieldRules = {
  ...rowsOf('factor low_freq_factor high_freq_factor attention_factor partial_rotary_factor', only(1)),
  ...rowsOf('short_factor long_factor beta_fast beta_slow mscale mscale_all_dim mrope_section alpha', only()),
}

const reads: Readonly<Record<string, readonly string[]>> = {
  default: [],
  linear: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor'],
}

/**
 * RoPE's θ and scaling, in transformers' older form (`rope_theta`, `rope_scaling`) or the newer one
 * (`rope_parameters`), read as transformers 5 does: `rope_scaling` goes before `rope_parameters`, and θ in either of
 * them before `rope_theta`.
 *
 * @throws PatchError `UNSUPPORTED` for other types than default, linear and llama3, for parameters by layer type and for
 *   those that the type does not read; `MALFORMED` if one is missing or out of range
 */
export function parseRope(json: Json): Pick<ModelConfig, 'ropeTheta' | 'ropeScaling'> {
  const name = isEmpty(json.rope_scaling) ? 'rope_parameters' : 'rope_scaling'
  const given = json[name] ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw new PatchError('MALFORMED', {
      expected: `an object under ${name} in config.json`,
      found: describeValue(given),
      remedy: 'The model is incomplete or damaged; download it again',
    })
  }
  const nested = given as Json
  const byLayer = Object.entries(nested).find(([, value]) => isRecord(value))
  if (byLayer) throw unsupported(`${name} that are the same for all layers`, `${name}.${byLayer[0]}`)
  const fields = fieldsOf(nested, `${name} of config.json`)
  const ropeTheta = fieldsOf({ ...json, ...nested }, 'config.json').positive('rope_theta', 10_000)
  const type = fields.text('rope_type', fields.text('type', 'default'))
  const read = Object.hasOwn(reads, type) ? reads[type] : undefined
  if (!read) throw unsupported(`${name}.rope_type of default, linear or llama3`, describeValue(type))
  const others = Object.entries(nested).filter(([key]) => !read.includes(key))
  checkFieldRules(Object.fromEntries(others), withoutEffect, `${name} of type ${type} in config.json`)
  return { ropeTheta, ropeScaling: scaling(type, name, json) }
}

function scaling(type: string, name: string, json: Json): RopeScaling | undefined {
  const fields = fieldsOf(json[name] as Json, `${name} of config.json`)
  if (type === 'linear') return { type, factor: fields.positive('factor') }
  if (type !== 'llama3') return undefined
  const whole = fieldsOf(json, 'config.json')
  const original = 'original_max_position_embeddings'
  const parsed = {
    type: 'llama3' as const,
    factor: fields.positive('factor'),
    lowFrequencyFactor: fields.positive('low_freq_factor'),
    highFrequencyFactor: fields.positive('high_freq_factor'),
    // As transformers: beside the parameters goes before among them, and the context's length for want of both.
    originalMaxPositions: whole.integer(
      original,
      fields.integer(original, whole.integer('max_position_embeddings')),
    ),
  }
  if (parsed.highFrequencyFactor > parsed.lowFrequencyFactor) return parsed
  throw new PatchError('MALFORMED', {
    expected: `a high_freq_factor above the low_freq_factor in ${name} of config.json`,
    found: `${parsed.highFrequencyFactor} and ${parsed.lowFrequencyFactor}`,
    remedy: 'The model is damaged; download it again',
  })
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

function unsupported(expected: string, found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `${expected} in config.json`,
    found,
    remedy: 'Use a model with one of these',
  })
}
