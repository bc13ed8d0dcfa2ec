import { commonRules, harmless } from '../config/common-rules.ts'
import type { Json } from '../config/config-fields.ts'
import { activationNames, type DecoderPlan, type DecoderSizes } from '../config/decoder-config.ts'
import { only, rowsOf } from '../config/field-rules.ts'
import { eachLayer } from '../config/layer-types.ts'
import { decoder } from './decoder.ts'
import { plainNames, type WeightNames } from './decoder-weights.ts'

const names: WeightNames = {
  outer: {
    embedding: ['transformer.wte', 'token_embd'],
    positions: ['transformer.wpe', 'position_embd'],
    finalNorm: ['transformer.ln_f', 'output_norm'],
    output: ['lm_head', 'output'],
  },
  layer: {
    ...plainNames.layer,
    attentionNorm: ['ln_1', 'attn_norm'],
    queryKeyValue: ['attn.c_attn', 'attn_qkv'],
    attentionOutput: ['attn.c_proj', 'attn_output'],
    feedForwardNorm: ['ln_2', 'ffn_norm'],
    up: ['mlp.c_fc', 'ffn_up'],
    down: ['mlp.c_proj', 'ffn_down'],
  },
  layerPrefix: 'transformer.h.',
  module: 'transformer.',
}

/** Fields under the names that other families use. */
function usualForm(json: Json): Json {
  const { n_embd: width = 768, n_head: heads = 12, n_layer: layers = 12, n_positions: context = 1024 } = json
  return {
    ...json,
    hidden_size: json.hidden_size ?? width,
    num_attention_heads: json.num_attention_heads ?? heads,
    num_hidden_layers: json.num_hidden_layers ?? layers,
    max_position_embeddings: json.max_position_embeddings ?? context,
    intermediate_size: json.n_inner ?? 4 * Number(width),
    hidden_act: json.activation_function ?? 'gelu_new',
  }
}

const plan = ({ layers }: DecoderSizes) =>
  ({
    attention: { bias: true, outputBias: true, fused: 'parts' },
    feedForward: { gated: false, bias: true },
    ropes: [],
    layerTypes: eachLayer(layers, () => ({})),
    learnedPositions: true,
  }) satisfies Partial<DecoderPlan>

/** GPT-2 (Radford et al. 2019): learned positions, LayerNorm, an ungated feed-forward, biases everywhere. */
export const gpt2 = decoder({
  name: 'gpt2',
  modelTypes: ['gpt2'],
  ggufArchitectures: ['gpt2'],
  rules: {
    ...commonRules,
    ...rowsOf('n_embd n_head n_layer n_positions n_inner layer_norm_epsilon', 'read'),
    ...rowsOf('scale_attn_weights', 'read'),
    ...rowsOf('rope_parameters rope_scaling', only()),
    hidden_act: harmless('activation_function is read'),
    n_ctx: harmless('n_positions is the context'),
    activation_function: only(...activationNames),
    ...rowsOf('attn_pdrop summary_first_dropout', harmless('it matters in training alone')),
    ...rowsOf(
      'summary_type summary_use_proj summary_activation summary_proj_to_labels',
      harmless('it is of another head'),
    ),
    reorder_and_upcast_attn: harmless('products are in float32 anyway'),
    rms_norm_eps: harmless('layer_norm_epsilon is read'),
  },
  defaults: { vocab_size: 50_257, tie_word_embeddings: true, layer_norm_epsilon: 1e-5 },
  usualForm,
  ropes: () => [],
  norm: { form: { kind: 'layer', bias: true }, epsilon: 'layer_norm_epsilon' },
  plan(_, json, sizes) {
    const own = plan(sizes)
    const scale = json.scale_attn_weights === false ? 1 : undefined
    return { ...own, attention: { ...own.attention, scale } }
  },
  ggufPlan(_, __, sizes) {
    const own = plan(sizes)
    return { ...own, feedForward: { ...own.feedForward, activation: 'gelu tanh' } }
  },
  ggufRules: { 'attention.layer_norm_epsilon': 'read' },
  names,
  orders: { transposed: true },
})
