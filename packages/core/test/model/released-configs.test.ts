import { expect, it } from 'vitest'
import { findArchitecture } from '../../src/model/decoder/architectures/find-architecture.ts'
import type { ModelConfig } from '../../src/model/decoder/config/model-config.ts'

const llama = { vocab_size: 32_000, hidden_act: 'silu', use_cache: true, initializer_range: 0.02 }
const layers = (count: number, kind: (layer: number) => string) =>
  Array.from({ length: count }, (_, i) => kind(i))

/** Fields as configurations of released models have them, and what is to come of them. */
const released: Readonly<
  Record<string, readonly [json: object, expected: (config: ModelConfig) => unknown]>
> = {
  'Mistral 7B v0.1': [
    {
      ...{
        ...llama,
        model_type: 'mistral',
        hidden_size: 4096,
        intermediate_size: 14_336,
        num_hidden_layers: 32,
      },
      ...{ num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 32_768 },
      ...{ rms_norm_eps: 1e-5, rope_theta: 10_000, sliding_window: 4096, tie_word_embeddings: false },
    },
    ({ layerTypes, headSize }) => layerTypes.every(({ window }) => window === 4096) && headSize === 128,
  ],
  'Gemma 2 2B': [
    {
      ...{ model_type: 'gemma2', vocab_size: 256_000, hidden_size: 2304, intermediate_size: 9216 },
      ...{ num_hidden_layers: 26, num_attention_heads: 8, num_key_value_heads: 4, head_dim: 256 },
      ...{ attn_logit_softcapping: 50, final_logit_softcapping: 30, query_pre_attn_scalar: 256 },
      ...{
        hidden_act: 'gelu_pytorch_tanh',
        hidden_activation: 'gelu_pytorch_tanh',
        cache_implementation: 'hybrid',
      },
      ...{ max_position_embeddings: 8192, sliding_window: 4096, rope_theta: 10_000, eos_token_id: [1, 107] },
    },
    ({ layerTypes, logitCap }) => layerTypes.filter(({ window }) => window).length === 13 && logitCap === 30,
  ],
  'Gemma 3 270M': [
    {
      ...{ model_type: 'gemma3_text', vocab_size: 262_144, hidden_size: 640, intermediate_size: 2048 },
      ...{ num_hidden_layers: 18, num_attention_heads: 4, num_key_value_heads: 1, head_dim: 256 },
      ...{ _sliding_window_pattern: 6, attention_bias: false, attn_logit_softcapping: null },
      ...{
        final_logit_softcapping: null,
        hidden_activation: 'gelu_pytorch_tanh',
        query_pre_attn_scalar: 256,
      },
      layer_types: layers(18, (i) => ((i + 1) % 6 ? 'sliding_attention' : 'full_attention')),
      ...{ rope_local_base_freq: 10_000, rope_scaling: null, rope_theta: 1_000_000, sliding_window: 512 },
      ...{ use_bidirectional_attention: false, max_position_embeddings: 32_768 },
    },
    ({ layerTypes, ropes }) =>
      layerTypes.filter(({ window }) => window === 512).length === 15 && ropes[0]?.theta === 1_000_000,
  ],
  'Gemma 3 4B with images': [
    {
      ...{
        model_type: 'gemma3',
        architectures: ['Gemma3ForConditionalGeneration'],
        boi_token_index: 255_999,
      },
      ...{
        mm_tokens_per_image: 256,
        vision_config: { hidden_size: 1152, model_type: 'siglip_vision_model' },
      },
      text_config: {
        ...{ hidden_size: 2560, intermediate_size: 10_240, model_type: 'gemma3_text', num_hidden_layers: 34 },
        ...{ rope_scaling: { factor: 8, rope_type: 'linear' }, sliding_window: 1024 },
      },
    },
    ({ ropes, layers: count, heads, vocabSize }) =>
      count === 34 &&
      heads === 8 &&
      vocabSize === 262_208 &&
      ropes[0]?.factors?.[0] === 8 &&
      !ropes[1]?.factors,
  ],
  'Command R7B': [
    {
      ...{ model_type: 'cohere2', vocab_size: 256_000, hidden_size: 4096, intermediate_size: 14_336 },
      ...{ num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128 },
      ...{ attention_bias: false, cache_implementation: 'hybrid', layer_norm_eps: 1e-5, layer_switch: 4 },
      ...{
        logit_scale: 0.25,
        order_of_interleaved_layers: 'local_attn_first',
        position_embedding_type: 'rope_gptj',
      },
      ...{
        rope_scaling: null,
        rope_theta: 50_000,
        rotary_pct: 1,
        sliding_window: 4096,
        sliding_window_pattern: 4,
      },
      ...{ use_embedding_sharing: true, use_gated_activation: true, use_parallel_block: true },
      ...{ use_parallel_embedding: true, max_position_embeddings: 8192, hidden_act: 'silu' },
    },
    ({ layerTypes, scales }) =>
      layerTypes.filter(({ rope }) => rope === undefined).length === 8 && scales?.logits === 0.25,
  ],
  'Aya 23 8B': [
    {
      ...{ model_type: 'cohere', vocab_size: 256_000, hidden_size: 4096, intermediate_size: 14_336 },
      ...{ num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, logit_scale: 0.0625 },
      ...{ layer_norm_eps: 1e-5, rope_theta: 10_000, use_qk_norm: false, max_position_embeddings: 8192 },
      ...{ pretraining_tp: 1, attention_bias: false, attention_dropout: 0, hidden_act: 'silu' },
    },
    ({ residual, tiedEmbeddings, ropes }) =>
      residual === 'parallel of one norm' && tiedEmbeddings && ropes[0]?.interleaved === true,
  ],
  'Phi-4-mini': [
    {
      ...{ ...llama, model_type: 'phi3', vocab_size: 200_064, hidden_size: 3072, intermediate_size: 8192 },
      ...{ num_hidden_layers: 32, num_attention_heads: 24, num_key_value_heads: 8, lm_head_bias: false },
      ...{ mlp_bias: false, attention_bias: false, embd_pdrop: 0, resid_pdrop: 0, full_attn_mod: 1 },
      ...{ max_position_embeddings: 131_072, original_max_position_embeddings: 4096, interpolate_factor: 1 },
      ...{ partial_rotary_factor: 0.75, sliding_window: 262_144, tie_word_embeddings: true },
      rope_scaling: {
        ...{ type: 'longrope', short_factor: new Array(48).fill(1), long_factor: new Array(48).fill(8) },
      },
    },
    ({ maxPositions, ropes, layerTypes }) =>
      maxPositions === 4096 &&
      ropes[0]?.size === 96 &&
      layerTypes.every(({ window }) => window === undefined),
  ],
  'SmolLM3 3B': [
    {
      ...{
        ...llama,
        model_type: 'smollm3',
        vocab_size: 128_256,
        hidden_size: 2048,
        intermediate_size: 11_008,
      },
      ...{ num_hidden_layers: 36, num_attention_heads: 16, num_key_value_heads: 4, mlp_bias: false },
      layer_types: layers(36, () => 'full_attention'),
      no_rope_layers: Array.from({ length: 36 }, (_, i) => ((i + 1) % 4 ? 1 : 0)),
      ...{
        max_position_embeddings: 65_536,
        max_window_layers: 28,
        no_rope_layer_interval: 4,
        pretraining_tp: 2,
      },
      ...{ rope_scaling: null, rope_theta: 5_000_000, sliding_window: null, use_sliding_window: false },
    },
    ({ layerTypes }) => layerTypes.filter(({ rope }) => rope === undefined).length === 9,
  ],
  'Qwen3 0.6B': [
    {
      ...{ ...llama, model_type: 'qwen3', vocab_size: 151_936, hidden_size: 1024, intermediate_size: 3072 },
      ...{ num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128 },
      ...{
        max_position_embeddings: 40_960,
        max_window_layers: 28,
        rope_scaling: null,
        rope_theta: 1_000_000,
      },
      ...{
        sliding_window: null,
        use_sliding_window: false,
        tie_word_embeddings: true,
        attention_bias: false,
      },
    },
    ({ attention, headSize }) => attention.queryKeyNorm === 'head' && headSize === 128,
  ],
  'Granite 3.1 2B': [
    {
      ...{ ...llama, model_type: 'granite', vocab_size: 49_155, hidden_size: 2048, intermediate_size: 8192 },
      ...{ num_hidden_layers: 40, num_attention_heads: 32, num_key_value_heads: 8, mlp_bias: false },
      ...{
        attention_multiplier: 0.015625,
        embedding_multiplier: 12,
        logits_scaling: 8,
        residual_multiplier: 0.22,
      },
      ...{
        max_position_embeddings: 131_072,
        rope_scaling: null,
        rope_theta: 5_000_000,
        tie_word_embeddings: true,
      },
    },
    ({ scales, attention }) => scales?.stream === 12 && scales.logits === 1 / 8 && attention.scale === 1 / 64,
  ],
  'OLMo 2 7B': [
    {
      ...{ ...llama, model_type: 'olmo2', vocab_size: 100_352, hidden_size: 4096, intermediate_size: 11_008 },
      ...{ num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 32, rms_norm_eps: 1e-6 },
      ...{ max_position_embeddings: 4096, rope_scaling: null, rope_theta: 500_000, attention_bias: false },
    },
    ({ residual, attention }) => residual === 'after' && attention.queryKeyNorm === 'all',
  ],
  'StableLM 2 1.6B': [
    {
      ...{
        ...llama,
        model_type: 'stablelm',
        vocab_size: 100_352,
        hidden_size: 2048,
        intermediate_size: 5632,
      },
      ...{ num_hidden_layers: 24, num_attention_heads: 32, num_key_value_heads: 32, layer_norm_eps: 1e-5 },
      ...{
        max_position_embeddings: 4096,
        partial_rotary_factor: 0.25,
        rope_theta: 10_000,
        use_qkv_bias: true,
      },
    },
    ({ attention, ropes }) => attention.bias && ropes[0]?.size === 16,
  ],
  'Pythia 160M': [
    {
      ...{ model_type: 'gpt_neox', vocab_size: 50_304, hidden_size: 768, intermediate_size: 3072 },
      ...{ num_hidden_layers: 12, num_attention_heads: 12, hidden_act: 'gelu', layer_norm_eps: 1e-5 },
      ...{
        max_position_embeddings: 2048,
        rotary_emb_base: 10_000,
        rotary_pct: 0.25,
        use_parallel_residual: true,
      },
    },
    ({ residual, ropes }) => residual === 'parallel' && ropes[0]?.size === 16,
  ],
  'GPT-2': [
    {
      ...{ model_type: 'gpt2', vocab_size: 50_257, n_embd: 768, n_head: 12, n_layer: 12, n_positions: 1024 },
      ...{ n_ctx: 1024, activation_function: 'gelu_new', layer_norm_epsilon: 1e-5, attn_pdrop: 0.1 },
      ...{ summary_type: 'cls_index', task_specific_params: { 'text-generation': { do_sample: true } } },
    },
    ({ learnedPositions, intermediateSize }) => learnedPositions === true && intermediateSize === 3072,
  ],
}

it.each(Object.entries(released))('%s is taken, with what it says', (_, [json, expected]) => {
  const { model_type: type } = json as { model_type: string }
  expect(expected(findArchitecture(type).parseConfig({ ...json }))).toBe(true)
})
