import { commonRules } from '../config/common-rules.ts'
import { eachLayer } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'
import { interleavedToHalves } from './decoder-weights.ts'

/** Granite 3 (IBM 2024, dense): Llama with scaled embeddings, attention, residuals and logits. */
export const granite = decoder({
  name: 'granite',
  modelTypes: ['granite'],
  ggufArchitectures: ['granite'],
  rules: {
    ...commonRules,
    ...{
      attention_bias: 'read',
      mlp_bias: 'read',
      attention_multiplier: 'read',
      embedding_multiplier: 'read',
    },
    ...{ residual_multiplier: 'read', logits_scaling: 'read' },
  },
  defaults: { max_position_embeddings: 2048 },
  plan(fields) {
    const bias = fields.flag('attention_bias', false)
    return {
      attention: { bias, outputBias: bias, scale: fields.positive('attention_multiplier', 1) },
      feedForward: { bias: fields.flag('mlp_bias', false) },
      scales: {
        stream: fields.positive('embedding_multiplier', 1),
        residual: fields.positive('residual_multiplier', 1),
        logits: 1 / fields.positive('logits_scaling', 1),
      },
    }
  },
  // A scale of 0 means none. `rope.scaling.finetuned` says whether there is RoPE at all.
  ggufPlan: (fields, _, { layers }) => ({
    attention: { scale: fields.nonnegative('attention.scale', 0) || undefined },
    scales: {
      stream: fields.nonnegative('embedding_scale', 0) || 1,
      residual: fields.nonnegative('residual_scale', 0) || 1,
      logits: 1 / (fields.nonnegative('logit_scale', 0) || 1),
    },
    ...(!fields.flag('rope.scaling.finetuned', true) && {
      layerTypes: eachLayer(layers, () => ({})),
    }),
  }),
  ggufRules: {
    ...{ 'attention.scale': 'read', embedding_scale: 'read', residual_scale: 'read', logit_scale: 'read' },
  },
  orders: { fromGguf: interleavedToHalves },
})
