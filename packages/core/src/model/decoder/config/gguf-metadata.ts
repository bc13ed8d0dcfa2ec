import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { type Fields, fieldsOf, type Json, numeric } from './config-fields.ts'
import { checkFieldRules, type FieldRule, type FieldRules, isEmpty, only, rowsOf } from './field-rules.ts'
import { eachLayer } from './layer-types.ts'
import {
  linearScaling,
  type PlainRope,
  type RopeScaling,
  yarnMagnitude,
  yarnScaling,
} from './rope-scaling.ts'

const file = 'the GGUF metadata'
const harmless = (why: string): FieldRule => ({ harmless: why })

/** Keys under the architecture's name that llama.cpp may read, without that prefix. */
const ggufRules: FieldRules = {
  ...rowsOf('context_length embedding_length block_count feed_forward_length vocab_size', 'read'),
  ...rowsOf('attention.head_count attention.head_count_kv attention.layer_norm_rms_epsilon', 'read'),
  ...rowsOf('attention.key_length attention.value_length rope.dimension_count rope.freq_base', 'read'),
  ...rowsOf('rope.scaling.type rope.scaling.factor rope.scale_linear', 'read'),
  'rope.scaling.finetuned': harmless('it records how the model was made'),
  'rope.scaling.original_context_length': 'read',
  ...rowsOf('rope.scaling.attn_factor rope.scaling.yarn_beta_fast rope.scaling.yarn_beta_slow', 'read'),
  // The converter writes both a multiplier of YaRN's magnitude and a replacement for it under this one name.
  'rope.scaling.yarn_attn_factor': {
    only: 'absent or 0.1 ln(rope.scaling.factor) + 1',
    allows: (value, json) =>
      isNothing(value) ||
      Math.abs(numeric(value) / yarnMagnitude(numeric(json['rope.scaling.factor'])) - 1) < 1e-6,
  },
  'attention.layer_norm_epsilon': harmless('RMSNorm has its own'),
  tensor_data_layout: harmless('all layouts of this name keep rows alike'),
  pooling_type: harmless('embeddings alone are pooled'),
  ...rowsOf('expert_used_count expert_gating_func expert_weights_norm', harmless('expert_count decides')),
  expert_count: only(0),
  'attention.causal': only(true),
  'attention.sliding_window': {
    only: 'absent or at least context_length',
    allows: (value, json) => isNothing(value) || numeric(value) >= numeric(json.context_length),
  },
  ...rowsOf('logit_scale embedding_scale residual_scale attention.output_scale', only(1, 0)),
  'attention.scale': {
    only: 'absent or 1/√(width of a head)',
    allows: (value, json) =>
      isNothing(value) || Math.abs(numeric(value) * Math.sqrt(headSize(json)) - 1) < 1e-6,
  },
}

/** Any other key is assumed to change the arithmetic, unless it is empty or zero. */
const unknown: FieldRule = { only: 'absent', allows: isNothing }

function isNothing(value: unknown): boolean {
  return isEmpty(value) || numeric(value) === 0 || (Array.isArray(value) && value.every(isNothing))
}

function headSize(json: Json): number {
  return numeric(
    json['attention.key_length'] ?? numeric(json.embedding_length) / numeric(json['attention.head_count']),
  )
}

const prefixOf = (metadata: Json) => `${String(metadata['general.architecture'])}.`

/** Refuses GGUF metadata that goes beyond the plain decoder and the family's own rules. Throws `UNSUPPORTED`. */
export function checkGgufMetadata(metadata: Json, ownRules: FieldRules = {}): void {
  const prefix = prefixOf(metadata)
  const own = Object.entries(metadata).flatMap(([key, value]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
  )
  checkFieldRules(Object.fromEntries(own), { ...ggufRules, ...ownRules }, `${file} under ${prefix}`, unknown)
}

export interface GgufFields extends Fields {
  /** Whether a field exists. */
  has(name: string): boolean
  /** Vocabulary size. */
  vocabSize(): number
  /** A number that files may give per layer. `UNSUPPORTED` if layers differ. */
  perLayer(name: string, otherwise?: number): number
  /** Throws `UNSUPPORTED` for any number other than the one implemented. */
  same(name: string, expected: number): void
  /**
   * Window size in positions; undefined if it is 0 or covers the whole context.
   *
   * @param otherwise value for files without the field
   */
  window(otherwise?: number): number | undefined
  /** Whether each layer has a window: from the file's list, else all but every n-th layer, n from the file or `every`. */
  haveWindow(layers: number, every: number): readonly boolean[]
  /** As llama.cpp reads it: linear if there is a factor without a type; the older key also works. */
  ropeScaling(rope: PlainRope): RopeScaling
}

/** Fields of GGUF metadata under the model's architecture. */
export function ggufFields(metadata: Json): GgufFields {
  const prefix = prefixOf(metadata)
  const fields = fieldsOf(metadata, file, prefix)
  const unsupported = (expected: string, found: unknown) =>
    new PatchError('UNSUPPORTED', {
      expected: `${expected} in ${file}`,
      found: describeValue(found),
      remedy: 'Use another model',
    })
  const perLayer: GgufFields['perLayer'] = (name, otherwise) => {
    const value = metadata[prefix + name]
    if (!Array.isArray(value) || value.length === 0) return fields.integer(name, otherwise)
    const [first] = value
    if (value.some((one) => one !== first)) throw unsupported(`the same ${name} for all layers`, value)
    return fieldsOf({ [name]: first }, file).integer(name)
  }
  return {
    ...fields,
    perLayer,
    has: (name) => metadata[prefix + name] !== undefined,
    vocabSize() {
      const tokens = metadata['tokenizer.ggml.tokens']
      return Array.isArray(tokens) ? tokens.length : fields.integer('vocab_size')
    },
    same(name, expected) {
      const found = fields.integer(name, expected)
      if (found !== expected) throw unsupported(`${name} to be ${expected}, the width of a head,`, found)
    },
    window(otherwise) {
      const window = fields.nonnegative('attention.sliding_window', otherwise)
      if (window === 0 || window >= fields.integer('context_length')) return undefined
      return fields.integer('attention.sliding_window', otherwise)
    },
    haveWindow(layers, every) {
      const name = 'attention.sliding_window_pattern'
      const list = metadata[prefix + name]
      if (!Array.isArray(list)) {
        const n = fields.nonnegative(name, every)
        return eachLayer(layers, (layer) => n === 0 || (layer + 1) % n !== 0)
      }
      if (list.length !== layers) {
        throw new PatchError('MALFORMED', {
          expected: `${layers} entries in ${name}, one for each layer, in ${file}`,
          found: `${list.length}`,
          remedy: 'The model is damaged; download it again',
        })
      }
      return list.map((one) => one === true || numeric(one) > 0)
    },
    ropeScaling(rope) {
      const type = fields.text('rope.scaling.type', 'linear')
      const magnitude = fields.nonnegative('rope.scaling.attn_factor', 1)
      const scale = magnitude === 1 ? {} : { magnitude }
      if (type === 'none' || type === 'longrope') return scale
      if (type !== 'linear' && type !== 'yarn')
        throw unsupported('rope.scaling.type of none, linear, yarn or longrope, or rope_freqs,', type)
      const factor = fields.nonnegative('rope.scaling.factor', fields.nonnegative('rope.scale_linear', 0))
      if (factor === 0 || factor === 1) return scale
      if (type === 'linear') return { ...linearScaling(rope, factor), ...scale }
      return yarnScaling(rope, {
        factor,
        originalMaxPositions: fields.integer('rope.scaling.original_context_length'),
        betaFast: fields.nonnegative('rope.scaling.yarn_beta_fast', 32),
        betaSlow: fields.nonnegative('rope.scaling.yarn_beta_slow', 1),
        truncate: true,
        magnitude: magnitude * yarnMagnitude(factor),
      })
    },
  }
}
