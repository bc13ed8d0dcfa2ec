import { describeValue } from '../../describe-value.ts'
import { PatchError } from '../../errors.ts'
import type { Json } from './config-fields.ts'
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

/** Throws `UNSUPPORTED` for an adapter of another kind than those named. */
export function checkPeftType(json: Json, file: string, types: readonly string[], remedy: string): void {
  const type = json.peft_type
  if (types.includes(type as string)) return
  throw new PatchError('UNSUPPORTED', {
    expected: `an adapter of peft_type ${types.join(' or ')} in ${file}`,
    found: `peft_type ${type === undefined ? 'undefined' : describeValue(type)}`,
    remedy,
  })
}
