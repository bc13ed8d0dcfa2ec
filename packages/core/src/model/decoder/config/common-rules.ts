import { describeValue } from '../../../text/describe-value.ts'
import { shortened } from '../../../text/printable.ts'
import { type Json, numeric } from './config-fields.ts'
import { activationNames } from './decoder-config.ts'
import { type FieldRule, type FieldRules, isEmpty, only, rowsOf } from './field-rules.ts'

/** A field that does not affect logits, and why. */
export const harmless = (why: string): FieldRule => ({ harmless: why })

const training = harmless('it matters in training alone')
const output = harmless('it chooses what a call returns')
const heads = harmless('it is of other heads than that of a language model')
const record = harmless('it records where the model came from or what it is for')

/** A window at least as large as the context. */
const wideWindow: FieldRule = {
  only: 'absent or at least max_position_embeddings',
  allows: (value, json) =>
    isEmpty(value) ||
    (typeof value === 'number' && value >= numeric(json.max_position_embeddings ?? Infinity)),
}

/** The kinds of all layers. transformers 4 wrote `attention` for `full_attention`. */
export const fullAttention = {
  only: 'full_attention for each of the num_hidden_layers layers',
  allows: (value: unknown, json: Json) =>
    Array.isArray(value) &&
    value.length === json.num_hidden_layers &&
    value.every((kind) => kind === 'full_attention' || kind === 'attention'),
} satisfies FieldRule

const headSize = (json: Json): number =>
  numeric(json.head_dim ?? numeric(json.hidden_size) / numeric(json.num_attention_heads))

const quantized: FieldRule = {
  only: 'absent',
  allows: isEmpty,
  describe: (value) => {
    const { quant_method: method, load_in_4bit: four, load_in_8bit: eight } = value as Json
    const kind = method ?? (four || eight ? 'bitsandbytes' : 'another kind')
    return `of ${typeof kind === 'string' ? shortened(kind, 40) : describeValue(kind)}${four ? ' in 4 bits' : eight ? ' in 8 bits' : ''}`
  },
  remedy: 'Use the original model, or a GGUF version such as Q4_K_M or Q8_0',
}

/**
 * Fields that any config.json may have: those of transformers' PreTrainedConfig, and those by which other families differ from
 * the plain decoder, which a file may carry even where transformers ignores them.
 */
export const commonRules: FieldRules = {
  ...rowsOf(
    'model_type vocab_size hidden_size intermediate_size num_hidden_layers max_position_embeddings',
    'read',
  ),
  ...rowsOf('num_attention_heads num_key_value_heads head_dim rms_norm_eps tie_word_embeddings', 'read'),
  ...rowsOf('rope_theta rope_scaling rope_parameters original_max_position_embeddings', 'read'),
  eos_token_id: 'read',
  bos_token_id: harmless('the tokenizer names it'),
  pad_token_id: harmless('rows are packed, not padded'),
  ...rowsOf('dtype torch_dtype', harmless('weights are read in the precision that their file has')),
  ...rowsOf('attention_dropout initializer_range embd_pdrop resid_pdrop hidden_dropout', training),
  ...rowsOf(
    'output_hidden_states output_attentions return_dict use_return_dict tie_last_hidden_states',
    output,
  ),
  use_cache: harmless('keys and values are cached or recomputed to the same'),
  ...rowsOf('chunk_size_feed_forward pretraining_tp', harmless('it cuts one product into several')),
  ...rowsOf('id2label label2id num_labels problem_type finetuning_task', heads),
  ...rowsOf('architectures transformers_version _name_or_path name_or_path auto_map', record),
  ...rowsOf('_attn_implementation attn_implementation', harmless('implementations of one attention')),
  ...rowsOf('max_window_layers', harmless('it places a window, and only models without one are taken')),

  quantization_config: { ...quantized, only: 'absent, or of gptq, awq, fp8 or compressed-tensors' },
  compression_config: quantized,
  ...rowsOf('is_encoder_decoder add_cross_attention use_bidirectional_attention', only(false)),
  is_causal: only(true),
  ...rowsOf('per_layer_config pruned_heads', only()),
  layer_types: fullAttention,
  use_sliding_window: only(false),
  ...rowsOf('sliding_window attention_window attention_chunk_size', wideWindow),

  hidden_activation: only('silu', 'swish'),
  ...rowsOf('activation_function', only('silu', 'swish', 'swiglu')),
  ...rowsOf('mlp_bias lm_head_bias use_bias attention_out_bias add_bias_linear', only(false)),
  ...rowsOf('use_qk_norm use_qk_layernorm qk_layernorm qk_norm', only(false)),
  ...rowsOf('use_post_norm post_norm sandwich_norm', only(false)),
  ...rowsOf('use_parallel_residual parallel_attn parallel_residual new_decoder_architecture', only(false)),

  ...rowsOf('clip_qkv attn_logit_softcapping final_logit_softcapping logit_softcapping', only()),
  query_pre_attn_scalar: {
    only: 'absent or the width of a head',
    allows: (value, json) => value === headSize(json),
  },
  attention_multiplier: {
    only: 'absent or 1/√(width of a head)',
    allows: (value, json) => Math.abs(numeric(value) * Math.sqrt(headSize(json)) - 1) < 1e-6,
  },
  ...rowsOf(
    'logit_scale logits_scaling residual_multiplier embedding_multiplier lm_head_multiplier',
    only(1),
  ),
  ...rowsOf('scale_emb embedding_scale residual_scale width_multiplier mup_width_scale', only(1)),
  ...rowsOf('scale_depth dim_model_base', only()),
  ...rowsOf('scale_embedding scale_attn_by_inverse_layer_idx attn_temperature_tuning', only(false)),
  scale_attn_weights: only(true),
  attention_bias: only(false),

  hidden_act: only(...activationNames),
  ...rowsOf('alibi use_alibi rope_interleaved rope_interleave use_mrope', only(false)),
  position_embedding_type: only('rope', 'rotary'),
  ...rowsOf('partial_rotary_factor rotary_pct rotary_percent rope_pct', only(1)),
  rotary_dim: { only: 'absent or the width of a head', allows: (value, json) => value === headSize(json) },
  ...rowsOf('rope_local_base_freq local_rope_theta mrope_section no_rope_layers', only()),
  no_rope_layer_interval: only(0),

  ...rowsOf('num_experts num_local_experts n_routed_experts n_shared_experts moe_num_experts', only(0, 1)),
  ...rowsOf('mlp_only_layers', only()),
  ...rowsOf('num_nextn_predict_layers num_kv_shared_layers hidden_size_per_layer_input', only(0)),
  ...rowsOf('text_config vision_config audio_config', only()),
}
