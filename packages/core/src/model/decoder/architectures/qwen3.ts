import { commonRules } from '../config/common-rules.ts'
import { decoder } from './decoder.ts'
import { qwenDefaults, qwenLayers, qwenWindowRules } from './qwen2.ts'

/** Qwen3 (dense): Qwen2 without biases, each head of queries and keys normalized. */
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
