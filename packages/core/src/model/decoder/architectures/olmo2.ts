import { commonRules } from '../config/common-rules.ts'
import { decoder } from './decoder.ts'

/** OLMo 2 (OLMo Team 2025): norms after each sublayer, and over all query heads and all key heads as one. */
export const olmo2 = decoder({
  name: 'olmo2',
  modelTypes: ['olmo2'],
  ggufArchitectures: ['olmo2'],
  rules: { ...commonRules, attention_bias: 'read' },
  defaults: { max_position_embeddings: 2048, rms_norm_eps: 1e-5 },
  plan(fields) {
    const bias = fields.flag('attention_bias', false)
    return { residual: 'after', attention: { bias, outputBias: bias, queryKeyNorm: 'all' } }
  },
  ggufPlan: () => ({ residual: 'after', attention: { queryKeyNorm: 'all' } }),
})
