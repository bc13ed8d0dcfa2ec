import { adapterRules } from './config/adapter-rules.ts'
import { type FieldRule, type FieldRules, isEmpty, only, rowsOf } from './config/field-rules.ts'

export const loraRemedy = 'Merge the adapter into its model with PEFT and use the merged model'

/** A method that makes of a weight something else than the rows marked `read` do. */
const method: FieldRule = { only: 'absent', allows: isEmpty, remedy: loraRemedy }

const start: FieldRule = { harmless: 'it chooses where training starts' }

/** Initialisations that leave the base weights as they are, unlike PiSSA, OLoRA, CorDA, LoftQ and LoRA-GA. */
const keepsBase = ['gaussian', 'eva', 'orthogonal', 'mica']

/** What becomes of each field of PEFT 0.21's LoraConfig. */
export const loraRules: FieldRules = {
  ...adapterRules,
  ...rowsOf('r lora_alpha use_rslora rank_pattern alpha_pattern use_dora lora_bias', 'read'),
  ...rowsOf('target_modules exclude_modules layers_to_transform layers_pattern', 'read'),
  ...rowsOf('modules_to_save trainable_token_indices ensure_weight_tying', 'read'),
  bias: { harmless: 'the biases that were trained are among the tensors' },
  fan_in_fan_out: { harmless: 'PEFT sets it to false for linear layers and embeddings' },
  lora_dropout: { harmless: 'it matters in training alone' },
  init_lora_weights: {
    only: `true, false, ${keepsBase.join(', ')}, because others also change the base weights,`,
    allows: (value) =>
      typeof value === 'boolean' || (typeof value === 'string' && keepsBase.includes(value.toLowerCase())),
    remedy:
      'Convert it to plain LoRA with PEFT (`path_initial_model_for_weight_conversion`), or merge it with PEFT',
  },
  eva_config: start,
  ...rowsOf('loftq_config corda_config lora_ga_config', method),
  ...rowsOf('megatron_config layer_replication target_parameters alora_invocation_tokens', method),
  ...rowsOf('use_qalora use_bdlora arrow_config kasa_config velora_config monteclora_config', method),
  megatron_core: { harmless: 'it goes with megatron_config' },
  qalora_group_size: { harmless: 'it goes with use_qalora' },
  runtime_config: { harmless: 'it says where PEFT computes' },
  task_type: only('CAUSAL_LM'),
}
