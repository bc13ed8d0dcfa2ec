import { harmless } from '../config/common-rules.ts'
import { type Fields, fieldsOf, type Json } from '../config/config-fields.ts'
import { activationOf } from '../config/decoder-config.ts'
import { fullOrSliding, slidingBut, windowedLayers } from '../config/layer-types.ts'
import type { Rope } from '../config/model-config.ts'
import { ropeOf } from '../config/rope.ts'
import { decoder } from './decoder.ts'
import { namesAround } from './decoder-weights.ts'
import { gemmaOrders, gemmaPlan } from './gemma.ts'
import { gemma2Defaults, gemma2Rules } from './gemma2.ts'

/** θ of full-attention layers, and of those with a window. */
const [globalTheta, localTheta] = [1_000_000, 10_000]

/** The ropes of both kinds of layers: `rope_parameters` by kind, or in older files `rope_scaling` for the full layers only. */
function ropesOf(json: Json, headSize: number): readonly Rope[] {
  const byKind = (json.rope_parameters ?? {}) as Readonly<Record<string, Json | null>>
  const { rope_theta: theta, rope_local_base_freq: local, rope_scaling: scaling } = json
  const full = {
    rope_theta: theta ?? globalTheta,
    ...byKind.full_attention,
    ...((scaling as Json | null) ?? {}),
  }
  const sliding = { rope_theta: local ?? localTheta, ...byKind.sliding_attention }
  const rest = { ...json, rope_theta: undefined }
  return [
    ropeOf(rest, scaling ? 'rope_scaling' : 'rope_parameters.full_attention', full, headSize),
    ropeOf(rest, 'rope_parameters.sliding_attention', sliding, headSize),
  ]
}

const everyOf = (json: Json): number => fieldsOf(json, 'config.json').integer('sliding_window_pattern', 6)

const nested = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).every((key) => key === 'full_attention' || key === 'sliding_attention')

/**
 * Gemma 3's text model: norms around each sublayer, normalized query and key heads, five windowed layers with their own θ to
 * every full one. Of multimodal checkpoints (`gemma3`), only the text model is read.
 */
export const gemma3 = decoder({
  name: 'gemma3_text',
  modelTypes: ['gemma3_text', 'gemma3'],
  ggufArchitectures: ['gemma3'],
  rules: {
    ...gemma2Rules,
    final_logit_softcapping: 'read',
    attn_logit_softcapping: harmless('the attention of this family has no cap'),
    rope_parameters: { only: 'full_attention and sliding_attention', allows: nested },
    ...{ rope_local_base_freq: 'read', sliding_window_pattern: 'read', layer_types: fullOrSliding },
    ...{ text_config: 'read', vision_config: harmless('images are not read') },
  },
  defaults: { ...gemma2Defaults, max_position_embeddings: 131_072, vocab_size: 262_208 },
  usualForm: ({ text_config: text, ...json }) =>
    text ? { ...gemma3Sizes, ...(text as Json), ...whole(json) } : json,
  ropes: ropesOf,
  plan(fields, json, sizes) {
    const bias = fields.flag('attention_bias', false)
    return {
      ...gemmaPlan(sizes),
      residual: 'around',
      attention: {
        ...{ bias, outputBias: bias, queryKeyNorm: 'head' },
        scale: 1 / Math.sqrt(fields.positive('query_pre_attn_scalar')),
      },
      feedForward: { activation: activationOf(json.hidden_activation) },
      layerTypes: windowedLayers(json, slidingBut(everyOf(json)), { rope: 0 }, { rope: 1 }),
      ...finalCap(fields, json),
    }
  },
  ggufPlan(fields, _, sizes) {
    const [rope] = sizes.ropes as [Rope]
    const cap = fields.nonnegative('final_logit_softcapping', 0)
    const hasWindow = fields.nonnegative('attention.sliding_window', 0) > 0
    const window = fields.window(0)
    return {
      ...gemmaPlan(sizes),
      residual: 'around',
      attention: {
        queryKeyNorm: 'head',
        // The 27B model does not scale queries by its head size; llama.cpp recognizes it by its number of layers.
        scale: 1 / Math.sqrt(sizes.layers === 62 ? sizes.hiddenSize / sizes.heads : sizes.headSize),
      },
      feedForward: { activation: 'gelu tanh' },
      ropes: [rope, { theta: fields.positive('rope.freq_base_swa', localTheta), size: rope.size }],
      // Without a window, the file has one rope for all layers.
      layerTypes: fields
        .haveWindow(sizes.layers, 6)
        .map((has) => (has && hasWindow ? { rope: 1, window } : { rope: 0 })),
      ...(cap > 0 && { logitCap: cap }),
    }
  },
  ggufRules: {
    final_logit_softcapping: 'read',
    ...{ 'attention.sliding_window': 'read', 'attention.sliding_window_pattern': 'read' },
    'rope.freq_base_swa': 'read',
  },
  names: { ...namesAround, within: ['language_model.', 'model.language_model.'] },
  orders: gemmaOrders,
})

const finalCap = (fields: Fields, { final_logit_softcapping: cap }: Json) =>
  cap === null || cap === undefined ? {} : { logitCap: fields.positive('final_logit_softcapping') }

/** Sizes that the text config of a multimodal checkpoint may omit: the defaults of its class. */
const gemma3Sizes = {
  ...{ hidden_size: 2304, intermediate_size: 9216, num_hidden_layers: 26, num_attention_heads: 8 },
}

/** Top-level fields that apply to the text model. */
const whole = ({ quantization_config }: Json): Json => ({ quantization_config })
