import { commonRules } from '../config/common-rules.ts'
import { only } from '../config/field-rules.ts'
import { windowedLayers } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'
import { interleavedToHalves } from './decoder-weights.ts'

/**
 * Mistral 7B (Jiang et al. 2023): Llama, with a window in every layer in its first version. Its GGUF files say `llama` and do not
 * mention the window; those of Mistral Small 3.1 and later say `mistral3`.
 */
export const mistral = decoder({
  name: 'mistral',
  modelTypes: ['mistral'],
  ggufArchitectures: ['mistral3'],
  rules: {
    ...commonRules,
    sliding_window: 'read',
    layer_types: only(),
  },
  defaults: { max_position_embeddings: 131_072, num_key_value_heads: 8, sliding_window: 4096 },
  plan(_, json) {
    const sight = json.sliding_window === null ? 'full_attention' : 'sliding_attention'
    return { layerTypes: windowedLayers(json, () => sight) }
  },
  ggufPlan: () => ({}),
  orders: { fromGguf: interleavedToHalves },
})
