import { commonRules } from '../config/common-rules.ts'
import { decoder } from './decoder.ts'
import { interleavedToHalves } from './decoder-weights.ts'

/**
 * Llama 1 to 3 (Touvron et al. 2023), Vicuna, SmolLM2: the plain decoder. RMSNorm before each sublayer, RoPE, grouped-query
 * attention, SwiGLU.
 */
export const llama = decoder({
  name: 'llama',
  modelTypes: ['llama'],
  ggufArchitectures: ['llama'],
  rules: { ...commonRules, attention_bias: 'read', mlp_bias: 'read' },
  defaults: { max_position_embeddings: 2048 },
  plan(fields) {
    const bias = fields.flag('attention_bias', false)
    return {
      attention: { bias, outputBias: bias },
      feedForward: { bias: fields.flag('mlp_bias', false) },
    }
  },
  ggufPlan: () => ({}),
  orders: { fromGguf: interleavedToHalves },
})
