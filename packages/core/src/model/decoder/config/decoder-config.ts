import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { fieldsOf, type Json } from './config-fields.ts'
import type { GgufFields } from './gguf-metadata.ts'
import { eachLayer } from './layer-types.ts'
import type { Attention, FeedForward, LayerType, ModelConfig, Norm, Rope } from './model-config.ts'
import { contextOfRope } from './rope.ts'

/** The sizes that every family has. */
export type DecoderSizes = Pick<
  ModelConfig,
  | 'architecture'
  | 'vocabSize'
  | 'hiddenSize'
  | 'intermediateSize'
  | 'layers'
  | 'heads'
  | 'keyValueHeads'
  | 'headSize'
  | 'maxPositions'
  | 'tiedEmbeddings'
> &
  Pick<ModelConfig, 'norm' | 'attention' | 'feedForward' | 'ropes'>

/** How a family may differ from the plain decoder: {@link ModelConfig} with its groups partial. */
export type DecoderPlan = Omit<ModelConfig, 'norm' | 'attention' | 'feedForward'> & {
  readonly norm: Partial<Norm>
  readonly attention: Partial<Attention>
  readonly feedForward: Partial<FeedForward>
}

/** The norm of a family's models, and the name of its ε in config.json. */
export interface FamilyNorm {
  readonly form: Omit<Norm, 'epsilon'>
  readonly epsilon: string
}

const rmsNorm: FamilyNorm = { form: { kind: 'rms' }, epsilon: 'rms_norm_eps' }

/** Activations by their names in transformers. */
const activations: Readonly<Record<string, FeedForward['activation']>> = {
  ...{ silu: 'silu', swish: 'silu', gelu: 'gelu', relu: 'relu' },
  ...{ gelu_new: 'gelu tanh', gelu_pytorch_tanh: 'gelu tanh', gelu_fast: 'gelu tanh' },
}

export const activationNames: readonly string[] = Object.keys(activations)

/** The activation named by a field, which must be one of {@link activationNames}. */
export const activationOf = (name: unknown): FeedForward['activation'] =>
  activations[name as string] as FeedForward['activation']

/** The plain decoder's sizes from a config.json with the usual field names. Throws as `Architecture.parseConfig`. */
export function configSizes(
  architecture: string,
  json: Json,
  ropesOf: (json: Json, headSize: number) => readonly Rope[],
  norm: FamilyNorm = rmsNorm,
): DecoderSizes {
  const fields = fieldsOf(json, 'config.json')
  const heads = fields.integer('num_attention_heads')
  const headSize = fields.integer('head_dim', fields.integer('hidden_size') / heads)
  return {
    architecture,
    vocabSize: fields.integer('vocab_size'),
    hiddenSize: fields.integer('hidden_size'),
    intermediateSize: fields.integer('intermediate_size'),
    layers: fields.integer('num_hidden_layers'),
    ...{ heads, headSize },
    keyValueHeads: fields.integer('num_key_value_heads', heads),
    maxPositions: contextOfRope(json),
    tiedEmbeddings: fields.flag('tie_word_embeddings', false),
    norm: { ...norm.form, epsilon: fields.nonnegative(norm.epsilon, 1e-6) },
    attention: { bias: false, outputBias: false },
    feedForward: { activation: activationOf(json.hidden_act ?? 'silu'), gated: true, bias: false },
    ropes: ropesOf(json, headSize),
  }
}

/** The plain decoder's sizes from GGUF metadata. Throws as `Architecture.parseGguf`. */
export function ggufSizes(
  architecture: string,
  fields: GgufFields,
  tensors: ReadonlySet<string>,
  { form }: FamilyNorm = rmsNorm,
): DecoderSizes {
  const heads = fields.perLayer('attention.head_count')
  const hiddenSize = fields.integer('embedding_length')
  const headSize = fields.integer('attention.key_length', hiddenSize / heads)
  fields.same('attention.value_length', headSize)
  const has = (...names: readonly string[]) => names.some((name) => tensors.has(name))
  return {
    architecture,
    vocabSize: fields.vocabSize(),
    hiddenSize,
    intermediateSize: fields.perLayer('feed_forward_length'),
    layers: fields.integer('block_count'),
    heads,
    keyValueHeads: fields.perLayer('attention.head_count_kv', heads),
    headSize,
    maxPositions: ggufContext(fields, tensors),
    tiedEmbeddings: !has('output.weight'),
    norm: { ...form, epsilon: fields.nonnegative(ggufEpsilon[form.kind]) },
    // GGUF has no fields for biases: a bias is used if its tensor exists.
    attention: {
      bias: has('blk.0.attn_q.bias', 'blk.0.attn_qkv.bias'),
      outputBias: has('blk.0.attn_output.bias'),
    },
    feedForward: { activation: 'silu', gated: true, bias: has('blk.0.ffn_up.bias') },
    ropes: [ggufRope(fields, tensors, headSize)],
  }
}

/** With two lists of factors (LongRoPE), the short ones apply within the original training context. */
function ggufContext(fields: GgufFields, tensors: ReadonlySet<string>): number {
  const context = fields.integer('context_length')
  if (!tensors.has(shortFactors)) return context
  return Math.min(context, fields.integer('rope.scaling.original_context_length', context))
}

const ggufEpsilon = {
  rms: 'attention.layer_norm_rms_epsilon',
  layer: 'attention.layer_norm_epsilon',
} as const

const shortFactors = 'rope_factors_short.weight'

function ggufRope(fields: GgufFields, tensors: ReadonlySet<string>, headSize: number): Rope {
  if (fields.text('rope.scaling.type', 'none') === 'longrope' && !tensors.has(shortFactors)) {
    throw new PatchError('MISSING_TENSOR', {
      expected: `a tensor ${shortFactors}, as rope.scaling.type in the GGUF metadata is longrope`,
      found: 'no factors of RoPE',
      remedy: 'llama.cpp does not convert this model; use its safetensors checkpoint',
    })
  }
  const rope = {
    theta: fields.positive('rope.freq_base', 10_000),
    size: fields.integer('rope.dimension_count', headSize),
  }
  return { ...rope, ...fields.ropeScaling(rope) }
}

/** A decoder's configuration: its sizes and what its family changes. Refuses inconsistent numbers. */
export function checkedConfig(
  file: 'config.json' | 'GGUF',
  sizes: DecoderSizes,
  plan: Partial<DecoderPlan>,
): ModelConfig {
  const rope: LayerType = { rope: 0 }
  return fitting(file === 'GGUF' ? ggufNames : configNames, {
    residual: 'before',
    layerTypes: eachLayer(sizes.layers, () => rope),
    ...sizes,
    ...plan,
    norm: { ...sizes.norm, ...plan.norm },
    attention: { ...sizes.attention, ...plan.attention },
    feedForward: { ...sizes.feedForward, ...plan.feedForward },
  })
}

/** A file's names for the numbers that must be consistent. */
interface HeadNames {
  readonly file: string
  readonly heads: string
  readonly keyValueHeads: string
  readonly headSize: string
  readonly hiddenSize: string
}

const configNames: HeadNames = {
  file: 'config.json',
  heads: 'num_attention_heads',
  keyValueHeads: 'num_key_value_heads',
  headSize: 'head_dim',
  hiddenSize: 'hidden_size',
}

const ggufNames: HeadNames = {
  file: 'the GGUF metadata',
  heads: 'attention.head_count',
  keyValueHeads: 'attention.head_count_kv',
  headSize: 'attention.key_length',
  hiddenSize: 'embedding_length',
}

/** Without this check, inconsistent numbers would fail later, without a name. */
function fitting(names: HeadNames, config: ModelConfig): ModelConfig {
  const { heads, keyValueHeads, headSize, hiddenSize, ropes, attention } = config
  const turned = ropes.map(({ size }) => size)
  const rules = [
    [
      heads % keyValueHeads === 0,
      `${names.heads} a multiple of ${names.keyValueHeads}`,
      [heads, keyValueHeads],
    ],
    [
      attention.fused !== 'heads' || heads === keyValueHeads,
      `${names.keyValueHeads} equal to ${names.heads}, as queries, keys and values are stored together,`,
      [keyValueHeads, heads],
    ],
    [Number.isInteger(headSize), `${names.hiddenSize} a multiple of ${names.heads}`, [hiddenSize, heads]],
    [
      turned.every((size) => size > 0 && size % 2 === 0 && size <= headSize),
      `${names.headSize} (or ${names.hiddenSize} / ${names.heads}), and the part of it that RoPE turns, even, because RoPE rotates pairs,`,
      turned,
    ],
  ] as const
  const broken = rules.find(([holds]) => !holds)
  if (!broken) return config
  throw new PatchError('MALFORMED', {
    expected: `${broken[1]} in ${names.file}`,
    found: broken[2].map((one) => describeValue(one)).join(' and '),
    remedy: 'The model is damaged; download it again',
  })
}
