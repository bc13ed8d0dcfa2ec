import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { fieldsOf, type Json, numeric } from './config-fields.ts'
import { checkFieldRules, type FieldRules, isEmpty, only, rowsOf } from './field-rules.ts'
import type { Rope } from './model-config.ts'
import {
  linearScaling,
  llama3Scaling,
  longRopeMagnitude,
  type PlainRope,
  type RopeScaling,
  yarnMagnitude,
  yarnScaling,
} from './rope-scaling.ts'

const original = 'original_max_position_embeddings'

/** RoPE parameters that the type does not read, with the values that have no effect. */
const withoutEffect: FieldRules = {
  ...rowsOf('factor low_freq_factor high_freq_factor attention_factor partial_rotary_factor', only(1)),
  ...rowsOf('short_factor long_factor beta_fast beta_slow mscale mscale_all_dim mrope_section alpha', only()),
}

const reads: Readonly<Record<string, readonly string[]>> = {
  default: [],
  linear: ['factor'],
  // It only affects sequences beyond max_position_embeddings, which are refused.
  dynamic: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor'],
  yarn: ['factor', 'attention_factor', 'beta_fast', 'beta_slow', 'mscale', 'mscale_all_dim', 'truncate'],
  longrope: ['factor', 'attention_factor', 'short_factor', 'long_factor'],
}

export interface RopeOptions {
  /** Default θ. Default 10,000. */
  readonly theta?: number
  /** Whether the family supports `partial_rotary_factor`, which rotates only part of each head. Default false. */
  readonly partial?: boolean
  /** Types that the family supports. Default: all. */
  readonly types?: readonly string[]
}

/**
 * RoPE's θ and scaling, in transformers' older form (`rope_theta`, `rope_scaling`) or newer one (`rope_parameters`). Follows
 * transformers 5: `rope_scaling` takes precedence over `rope_parameters`, and θ in either of them over `rope_theta`.
 *
 * @throws PatchError `UNSUPPORTED` for unknown types, parameters per layer type, and parameters that the type does not read;
 *   `MALFORMED` if one is missing or out of range
 */
export function parseRope(json: Json, headSize: number, options: RopeOptions = {}): Rope {
  const name = isEmpty(json.rope_scaling) ? 'rope_parameters' : 'rope_scaling'
  const given = json[name] ?? {}
  if (!isRecord(given)) {
    throw new PatchError('MALFORMED', {
      expected: `an object under ${name} in config.json`,
      found: describeValue(given),
      remedy: 'The model is incomplete or damaged; download it again',
    })
  }
  const byLayer = Object.entries(given).find(([, value]) => isRecord(value))
  if (byLayer) throw unsupported(`${name} that are the same for all layers`, `${name}.${byLayer[0]}`)
  return ropeOf(json, name, { ...(options.partial && sharedPart(json)), ...given }, headSize, options)
}

const sharedPart = ({ partial_rotary_factor: part }: Json): Json =>
  part === undefined || part === null ? {} : { partial_rotary_factor: part }

/** The rope for parameters found under `name` in config.json. Throws as {@link parseRope}. */
export function ropeOf(
  json: Json,
  name: string,
  parameters: Json,
  headSize: number,
  { theta = 10_000, partial = false, types = Object.keys(reads) }: RopeOptions = {},
): Rope {
  const fields = fieldsOf(parameters, `${name} of config.json`)
  const type = fields.text('rope_type', fields.text('type', 'default'))
  const read = types.includes(type) ? reads[type] : undefined
  if (!read) throw unsupported(`${name}.rope_type of ${types.join(', ')}`, describeValue(type))
  const known = [...read, ...(partial ? ['partial_rotary_factor'] : [])]
  const others = Object.entries(parameters).filter(([key]) => !known.includes(key))
  checkFieldRules(Object.fromEntries(others), withoutEffect, `${name} of type ${type} in config.json`)
  const size = partial ? Math.floor(headSize * fields.positive('partial_rotary_factor', 1)) : headSize
  const rope = {
    theta: fieldsOf({ ...json, ...parameters }, 'config.json').positive('rope_theta', theta),
    size,
  }
  return { ...rope, ...scalingOf(type, name, rope, json, parameters) }
}

/** The context length; for LongRoPE, whose frequencies differ beyond it, the original training context. */
export function contextOfRope(json: Json): number {
  const context = fieldsOf(json, 'config.json').integer('max_position_embeddings')
  const given = isEmpty(json.rope_scaling) ? json.rope_parameters : json.rope_scaling
  if (!isRecord(given) || ![given.rope_type, given.type].includes('longrope')) return context
  return Math.min(context, originalContext(json, given as Json))
}

/** As transformers: the top-level field takes precedence over the one among the parameters; the context length is the default. */
function originalContext(json: Json, parameters: Json): number {
  const whole = fieldsOf(json, 'config.json')
  const inner = fieldsOf(parameters, 'the RoPE parameters of config.json')
  return whole.integer(original, inner.integer(original, whole.integer('max_position_embeddings')))
}

function scalingOf(type: string, name: string, rope: PlainRope, json: Json, parameters: Json): RopeScaling {
  const fields = fieldsOf(parameters, `${name} of config.json`)
  switch (type) {
    case 'linear':
      return linearScaling(rope, fields.positive('factor'))
    case 'dynamic':
      fields.positive('factor')
      if (rope.size > 2) return {}
      throw unsupported(
        `${name} of type dynamic for heads of which more than two numbers turn`,
        `${rope.size}`,
      )
    case 'llama3':
      return llama3Scaling(rope, llama3Of(name, json, parameters))
    case 'yarn':
      return yarnScaling(rope, yarnOf(name, json, parameters))
    case 'longrope':
      return longRopeOf(name, rope, json, parameters)
    default:
      return {}
  }
}

function llama3Of(name: string, json: Json, parameters: Json): Parameters<typeof llama3Scaling>[1] {
  const fields = fieldsOf(parameters, `${name} of config.json`)
  const parsed = {
    factor: fields.positive('factor'),
    lowFrequencyFactor: fields.positive('low_freq_factor'),
    highFrequencyFactor: fields.positive('high_freq_factor'),
    originalMaxPositions: originalContext(json, parameters),
  }
  if (parsed.highFrequencyFactor > parsed.lowFrequencyFactor) return parsed
  throw new PatchError('MALFORMED', {
    expected: `a high_freq_factor above the low_freq_factor in ${name} of config.json`,
    found: `${parsed.highFrequencyFactor} and ${parsed.lowFrequencyFactor}`,
    remedy: 'The model is damaged; download it again',
  })
}

function yarnOf(name: string, json: Json, parameters: Json): Parameters<typeof yarnScaling>[1] {
  const fields = fieldsOf(parameters, `${name} of config.json`)
  const factor = fields.positive('factor')
  const [weight, weightOfAll] = [fields.nonnegative('mscale', 0), fields.nonnegative('mscale_all_dim', 0)]
  const ratio =
    weight && weightOfAll
      ? yarnMagnitude(factor, weight) / yarnMagnitude(factor, weightOfAll)
      : yarnMagnitude(factor)
  return {
    factor,
    originalMaxPositions: originalContext(json, parameters),
    betaFast: fields.nonnegative('beta_fast', 0) || 32,
    betaSlow: fields.nonnegative('beta_slow', 0) || 1,
    truncate: fields.flag('truncate', true),
    magnitude: fields.nonnegative('attention_factor', ratio),
  }
}

function longRopeOf(name: string, { size }: PlainRope, json: Json, parameters: Json): RopeScaling {
  const fields = fieldsOf(parameters, `${name} of config.json`)
  const factors = parameters.short_factor
  const whole = Array.isArray(factors) && factors.every((one) => numeric(one) > 0)
  if (!whole || factors.length !== Math.floor(size / 2)) {
    throw new PatchError('MALFORMED', {
      expected: `${Math.floor(size / 2)} positive numbers under short_factor in ${name} of config.json`,
      found: describeValue(factors),
      remedy: 'The model is damaged; download it again',
    })
  }
  const context = originalContext(json, parameters)
  const longest = fieldsOf(json, 'config.json').integer('max_position_embeddings')
  const magnitude = longRopeMagnitude(fields.positive('factor', longest / context), context)
  return { factors: factors.map(numeric), magnitude: fields.nonnegative('attention_factor', magnitude) }
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function unsupported(expected: string, found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: `${expected} in config.json`,
    found,
    remedy: 'Use a model with one of these',
  })
}
