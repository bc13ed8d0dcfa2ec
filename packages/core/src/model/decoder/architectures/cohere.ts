import { commonRules, harmless } from '../config/common-rules.ts'
import type { DecoderPlan } from '../config/decoder-config.ts'
import { type FieldRules, only } from '../config/field-rules.ts'
import type { GgufFields } from '../config/gguf-metadata.ts'
import { decoder } from './decoder.ts'

export const cohereRules: FieldRules = {
  ...commonRules,
  ...{ layer_norm_eps: 'read', logit_scale: 'read', attention_bias: 'read' },
  rms_norm_eps: harmless('layer_norm_eps is read'),
  position_embedding_type: only('rope', 'rotary', 'rope_gptj'),
}

export const cohereDefaults = {
  ...{ max_position_embeddings: 8192, layer_norm_eps: 1e-5, logit_scale: 0.0625, tie_word_embeddings: true },
}

export const cohereNorm = { form: { kind: 'layer' }, epsilon: 'layer_norm_eps' } as const

/** What Cohere's families share: one norm for both sublayers, and scaled logits. */
export const coherePlan = (logitScale: number) =>
  ({
    residual: 'parallel of one norm',
    scales: { logits: logitScale },
  }) satisfies Partial<DecoderPlan>

/** The same from GGUF, where a scale of 0 means none. */
export const cohereGgufPlan = (fields: GgufFields) => coherePlan(fields.nonnegative('logit_scale', 0) || 1)

/** Command-R and Aya-23 (Cohere 2024): parallel attention and SwiGLU, interleaved RoPE. */
export const cohere = decoder({
  name: 'cohere',
  modelTypes: ['cohere'],
  ggufArchitectures: ['command-r'],
  rules: { ...cohereRules, use_qk_norm: 'read' },
  defaults: cohereDefaults,
  rope: { theta: 500_000, interleaved: true },
  norm: cohereNorm,
  plan(fields) {
    const bias = fields.flag('attention_bias', false)
    return {
      ...coherePlan(fields.positive('logit_scale')),
      attention: {
        ...{ bias, outputBias: bias },
        queryKeyNorm: fields.flag('use_qk_norm', false) ? 'heads' : undefined,
      },
    }
  },
  ggufPlan: (fields, tensors) => ({
    ...cohereGgufPlan(fields),
    attention: { queryKeyNorm: tensors.has('blk.0.attn_q_norm.weight') ? 'heads' : undefined },
  }),
  ggufRules: { logit_scale: 'read', 'attention.layer_norm_epsilon': 'read' },
})
