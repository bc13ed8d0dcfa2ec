import { commonRules, harmless } from '../config/common-rules.ts'
import type { Json } from '../config/config-fields.ts'
import type { ModelConfig } from '../config/model-config.ts'
import type { WeightSpec } from './architecture.ts'
import { decoder } from './decoder.ts'
import { type LayerPart, type OuterPart, plainNames, type WeightNames } from './decoder-weights.ts'

const names: WeightNames = {
  outer: {
    embedding: ['gpt_neox.embed_in', 'token_embd'],
    positions: ['gpt_neox.embed_positions', 'position_embd'],
    finalNorm: ['gpt_neox.final_layer_norm', 'output_norm'],
    output: ['lm_head', 'output'],
  },
  layer: {
    ...plainNames.layer,
    queryKeyValue: ['attention.query_key_value', 'attn_qkv'],
    attentionOutput: ['attention.dense', 'attn_output'],
    up: ['mlp.dense_h_to_4h', 'ffn_up'],
    down: ['mlp.dense_4h_to_h', 'ffn_down'],
  },
  layerPrefix: 'gpt_neox.layers.',
  module: 'gpt_neox.',
  formerOutput: 'embed_out',
}

/** RoPE's fields have different names, and by default a quarter of each head is rotated. */
function usualForm(json: Json): Json {
  const parameters = (json.rope_scaling ?? json.rope_parameters ?? {}) as Json
  const own = { rope_theta: json.rotary_emb_base ?? 10_000, partial_rotary_factor: json.rotary_pct ?? 0.25 }
  const { rope_scaling: _, ...rest } = json
  return { ...rest, rope_parameters: typeof parameters === 'object' ? { ...own, ...parameters } : parameters }
}

/** llama.cpp stores all queries, then all keys, then all values; checkpoints store the three of each head together. */
function partsToHeads({ heads, headSize }: ModelConfig, part: LayerPart | OuterPart): WeightSpec['fromGguf'] {
  if (part !== 'queryKeyValue') return undefined
  return (values, rows) => {
    const size = (values.length / rows) * headSize
    const parts = values.slice()
    for (let head = 0; head < heads; head++) {
      for (let kind = 0; kind < 3; kind++) {
        const from = (kind * heads + head) * size
        values.set(parts.subarray(from, from + size), (head * 3 + kind) * size)
      }
    }
  }
}

/** GPT-NeoX (Black et al. 2022), Pythia: parallel attention and feed-forward, each with its own LayerNorm. */
export const gptNeox = decoder({
  name: 'gpt_neox',
  modelTypes: ['gpt_neox'],
  ggufArchitectures: ['gptneox'],
  rules: {
    ...commonRules,
    ...{ rotary_pct: 'read', rotary_emb_base: 'read', layer_norm_eps: 'read', attention_bias: 'read' },
    use_parallel_residual: 'read',
    ...{
      partial_rotary_factor: harmless('rotary_pct is read'),
      rope_theta: harmless('rotary_emb_base is read'),
    },
    classifier_dropout: harmless('it is of another head'),
    is_decoder: harmless('the model is one anyway'),
    ...{
      rms_norm_eps: harmless('layer_norm_eps is read'),
      num_key_value_heads: harmless('there are as many as queries'),
    },
  },
  defaults: { max_position_embeddings: 2048, layer_norm_eps: 1e-5, hidden_act: 'gelu' },
  usualForm: (json) => ({ ...usualForm(json), num_key_value_heads: undefined }),
  rope: { partial: true },
  norm: { form: { kind: 'layer', bias: true }, epsilon: 'layer_norm_eps' },
  plan(fields) {
    const bias = fields.flag('attention_bias', true)
    return {
      residual: fields.flag('use_parallel_residual', true) ? 'parallel' : 'before',
      attention: { bias, outputBias: bias, fused: 'heads' },
      feedForward: { gated: false, bias: true },
    }
  },
  ggufPlan: (fields) => ({
    residual: fields.flag('use_parallel_residual', true) ? 'parallel' : 'before',
    attention: { fused: 'heads' },
    feedForward: { activation: 'gelu', gated: false },
  }),
  ggufRules: { 'attention.layer_norm_epsilon': 'read', use_parallel_residual: 'read' },
  names,
  orders: { fromGguf: partsToHeads },
})
