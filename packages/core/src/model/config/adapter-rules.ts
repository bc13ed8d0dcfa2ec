import { type FieldRule, type FieldRules, isEmpty, only, rowsOf } from './field-rules.ts'

const record: FieldRule = { harmless: 'it records where the adapter came from' }

/** Fields of every PEFT adapter_config.json (PEFT 0.21). An option given empty is an option not given. */
export const adapterRules: FieldRules = {
  peft_type: 'read',
  ...rowsOf('auto_mapping base_model_name_or_path revision peft_version', record),
  inference_mode: { harmless: 'it says whether the adapter can be trained on' },
  task_type: only('CAUSAL_LM'),
}

/** A field that PEFT 0.21 does not have belongs to a method that is not known here. */
export const unknownAdapterField: FieldRule = { only: 'absent', allows: isEmpty }
