import { PatchError } from '../../../errors.ts'
import { fieldsOf, type Json } from './config-fields.ts'
import { checkGgufMetadata, ggufFields } from './gguf-metadata.ts'
import type { ModelConfig } from './model-config.ts'
import { parseRope } from './rope.ts'

/** What families of one shape differ in. */
export interface DecoderFamily {
  readonly architecture: string
  /** `max_position_embeddings` where config.json has none. */
  readonly maxPositions: number
  readonly biases: Pick<ModelConfig, 'attentionBias' | 'outputBias' | 'feedForwardBias'>
}

/** What a config.json of Llama's shape says, once its fields are checked. Throws as `Architecture.parseConfig`. */
export function decoderConfig(
  json: Json,
  { architecture, maxPositions, biases }: DecoderFamily,
): ModelConfig {
  const fields = fieldsOf(json, 'config.json')
  const context = fields.integer('max_position_embeddings', maxPositions)
  const heads = fields.integer('num_attention_heads')
  return checked(configNames, {
    architecture,
    vocabSize: fields.integer('vocab_size'),
    hiddenSize: fields.integer('hidden_size'),
    intermediateSize: fields.integer('intermediate_size'),
    layers: fields.integer('num_hidden_layers'),
    heads,
    keyValueHeads: fields.integer('num_key_value_heads', heads),
    headSize: fields.integer('head_dim', fields.integer('hidden_size') / heads),
    normEpsilon: fields.nonnegative('rms_norm_eps', 1e-6),
    ...parseRope({ ...json, max_position_embeddings: context }),
    maxPositions: context,
    tiedEmbeddings: fields.flag('tie_word_embeddings', false),
    ...biases,
  })
}

/** What the metadata of a GGUF of Llama's shape says. Throws as `Architecture.parseGguf`. */
export function decoderGgufConfig(
  metadata: Json,
  tensors: ReadonlySet<string>,
  { architecture, biases }: Omit<DecoderFamily, 'maxPositions'>,
): ModelConfig {
  checkGgufMetadata(metadata)
  const fields = ggufFields(metadata)
  const heads = fields.perLayer('attention.head_count')
  const hiddenSize = fields.integer('embedding_length')
  const headSize = fields.integer('attention.key_length', hiddenSize / heads)
  fields.same('attention.value_length', headSize)
  fields.same('rope.dimension_count', headSize)
  return checked(ggufNames, {
    architecture,
    vocabSize: fields.vocabSize(),
    hiddenSize,
    intermediateSize: fields.perLayer('feed_forward_length'),
    layers: fields.integer('block_count'),
    heads,
    keyValueHeads: fields.perLayer('attention.head_count_kv', heads),
    headSize,
    normEpsilon: fields.nonnegative('attention.layer_norm_rms_epsilon', 1e-6),
    ropeTheta: fields.positive('rope.freq_base', 10_000),
    ropeScaling: fields.ropeScaling(),
    maxPositions: fields.integer('context_length'),
    tiedEmbeddings: !tensors.has('output.weight'),
    ...biases,
  })
}

/** What a file calls the numbers that must fit each other. */
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

/** Numbers that do not fit each other would be found later, by no name. */
function checked(names: HeadNames, config: ModelConfig): ModelConfig {
  const { heads, keyValueHeads, headSize, hiddenSize } = config
  const rules = [
    [
      heads % keyValueHeads === 0,
      `${names.heads} a multiple of ${names.keyValueHeads}`,
      [heads, keyValueHeads],
    ],
    [Number.isInteger(headSize), `${names.hiddenSize} a multiple of ${names.heads}`, [hiddenSize, heads]],
    [headSize % 2 === 0, `${names.headSize} even, because RoPE rotates pairs,`, [headSize]],
  ] as const
  const broken = rules.find(([holds]) => !holds)
  if (!broken) return config
  throw new PatchError('MALFORMED', {
    expected: `${broken[1]} in ${names.file}`,
    found: broken[2].join(' and '),
    remedy: 'The model is damaged; download it again',
  })
}
