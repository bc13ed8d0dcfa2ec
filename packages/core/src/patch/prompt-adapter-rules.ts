import { type FieldRule, type FieldRules, only, rowsOf } from '../model/decoder/families/field-rules.ts'
import { adapterRules } from '../model/files/lora/adapter-files.ts'

const start: FieldRule = { harmless: 'it chooses where training starts, and its outcome is saved' }

/**
 * What becomes of each field of PEFT 0.21's PromptTuningConfig and PromptEncoderConfig (P-tuning), whose encoder is not
 * needed once the embeddings that it gives are saved.
 */
export const promptAdapterRules: FieldRules = {
  ...adapterRules,
  ...rowsOf('num_virtual_tokens token_dim', 'read'),
  num_transformer_submodules: only(1),
  ...rowsOf('num_attention_heads num_layers', { harmless: 'prefix tuning alone reads it' }),
  modules_to_save: only(),
  ...rowsOf('prompt_tuning_init prompt_tuning_init_text tokenizer_name_or_path tokenizer_kwargs', start),
  ...rowsOf('encoder_reparameterization_type encoder_hidden_size encoder_num_layers encoder_dropout', start),
}
