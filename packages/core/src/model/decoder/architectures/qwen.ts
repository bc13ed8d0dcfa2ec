import { commonRules } from '../config/common-rules.ts'
import type { Fields, Json } from '../config/config-fields.ts'
import type { FieldRules } from '../config/field-rules.ts'
import { fullOrSliding, windowedLayers } from '../config/layer-types.ts'
import type { LayerType } from '../config/model-config.ts'
import { decoder } from './decoder.ts'

/** Fields with which Qwen's families configure windows. */
const qwenWindowRules: FieldRules = {
  use_sliding_window: 'read',
  sliding_window: 'read',
  max_window_layers: 'read',
  layer_types: fullOrSliding,
}

const qwenDefaults = {
  max_position_embeddings: 32_768,
  num_key_value_heads: 32,
  sliding_window: 4096,
  max_window_layers: 28,
}

/** Layers from `max_window_layers` on have the window, if there is one and `layer_types` is absent. */
function qwenLayers(fields: Fields, json: Json): readonly LayerType[] {
  const window = fields.flag('use_sliding_window', false) ? json.sliding_window : null
  const first = fields.nonnegative('max_window_layers', 28)
  return windowedLayers({ ...json, sliding_window: window }, (layer) =>
    window !== null && layer >= first ? 'sliding_attention' : 'full_attention',
  )
}

/** Qwen2 and Qwen2.5: Llama with query, key and value biases; GGUF keeps the checkpoint's row order. */
export const qwen2 = decoder({
  name: 'qwen2',
  modelTypes: ['qwen2'],
  ggufArchitectures: ['qwen2'],
  rules: {
    ...commonRules,
    ...qwenWindowRules,
    attention_bias: { harmless: 'queries, keys and values always have biases' },
  },
  defaults: qwenDefaults,
  plan: (fields, json) => ({ attention: { bias: true }, layerTypes: qwenLayers(fields, json) }),
  ggufPlan: () => ({}),
})

/** Qwen3 (dense): Qwen2 without biases, with normalized query and key heads. */
export const qwen3 = decoder({
  name: 'qwen3',
  modelTypes: ['qwen3'],
  ggufArchitectures: ['qwen3'],
  rules: { ...commonRules, ...qwenWindowRules, attention_bias: 'read' },
  defaults: { ...qwenDefaults, head_dim: 128 },
  plan(fields, json) {
    const bias = fields.flag('attention_bias', false)
    return {
      attention: { bias, outputBias: bias, queryKeyNorm: 'head' },
      layerTypes: qwenLayers(fields, json),
    }
  },
  ggufPlan: () => ({ attention: { queryKeyNorm: 'head' } }),
})
