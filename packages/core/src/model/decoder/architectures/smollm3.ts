import { commonRules } from '../config/common-rules.ts'
import type { FieldRule } from '../config/field-rules.ts'
import { eachLayer, fullOrSliding, sightOfLayers, windowOf } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'
import { interleavedToHalves } from './decoder-weights.ts'

/** 1 for each layer with RoPE, 0 for each without, despite the name. */
const ropeByLayer: FieldRule = {
  only: '0 or 1 for each of the num_hidden_layers layers',
  allows: (value, { num_hidden_layers: layers }) =>
    Array.isArray(value) && value.length === layers && value.every((one) => one === 0 || one === 1),
}

/** SmolLM3: Llama without RoPE in every fourth layer, optionally with windows. */
export const smollm3 = decoder({
  name: 'smollm3',
  modelTypes: ['smollm3'],
  ggufArchitectures: ['smollm3'],
  rules: {
    ...commonRules,
    ...{ attention_bias: 'read', mlp_bias: 'read', no_rope_layers: ropeByLayer },
    ...{ no_rope_layer_interval: 'read', use_sliding_window: 'read', sliding_window: 'read' },
    layer_types: fullOrSliding,
  },
  defaults: { max_position_embeddings: 32_768, num_key_value_heads: 4, tie_word_embeddings: true },
  rope: { theta: 2_000_000 },
  plan(fields, json, { layers }) {
    const bias = fields.flag('attention_bias', false)
    const every = fields.integer('no_rope_layer_interval', 4)
    const hasRope = Array.isArray(json.no_rope_layers)
      ? json.no_rope_layers.map((one) => one === 1)
      : eachLayer(layers, (layer) => (layer + 1) % every !== 0)
    const hasWindow = fields.flag('use_sliding_window', false) && (json.sliding_window ?? null) !== null
    const sights = sightOfLayers(json, (layer) =>
      hasWindow && !hasRope[layer] ? 'sliding_attention' : 'full_attention',
    )
    const given = hasWindow ? json : { ...json, sliding_window: null }
    const window = windowOf(given, sights.includes('sliding_attention'))
    return {
      attention: { bias, outputBias: bias },
      feedForward: { bias: fields.flag('mlp_bias', false) },
      layerTypes: sights.map((sight, layer) => ({
        rope: hasRope[layer] ? 0 : undefined,
        window: sight === 'sliding_attention' ? window : undefined,
      })),
    }
  },
  ggufPlan: (_, __, { layers }) => ({
    layerTypes: eachLayer(layers, (layer) => ((layer + 1) % 4 === 0 ? {} : { rope: 0 })),
  }),
  orders: { fromGguf: interleavedToHalves },
})
