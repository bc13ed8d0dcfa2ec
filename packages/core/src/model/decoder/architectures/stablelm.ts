import { commonRules, harmless } from '../config/common-rules.ts'
import { decoder } from './decoder.ts'

/** StableLM 2 (Bellagente et al. 2024): Llama with LayerNorm, RoPE on a quarter of each head, and query, key and value biases. */
export const stablelm = decoder({
  name: 'stablelm',
  modelTypes: ['stablelm'],
  ggufArchitectures: ['stablelm'],
  rules: {
    ...commonRules,
    ...{ layer_norm_eps: 'read', use_qkv_bias: 'read', use_parallel_residual: 'read' },
    ...{ partial_rotary_factor: 'read', rms_norm_eps: harmless('layer_norm_eps is read') },
  },
  defaults: {
    ...{ max_position_embeddings: 4096, num_key_value_heads: 32, layer_norm_eps: 1e-5 },
    partial_rotary_factor: 0.25,
  },
  rope: { partial: true },
  norm: { form: { kind: 'layer', bias: true }, epsilon: 'layer_norm_eps' },
  plan: (fields) => ({
    residual: fields.flag('use_parallel_residual', false) ? 'parallel of one norm' : 'before',
    attention: { bias: fields.flag('use_qkv_bias', false) },
  }),
  ggufPlan: (_, tensors) => ({
    residual: tensors.has('blk.0.ffn_norm.weight') ? 'before' : 'parallel of one norm',
  }),
  ggufRules: { 'attention.layer_norm_epsilon': 'read', use_parallel_residual: 'read' },
})
