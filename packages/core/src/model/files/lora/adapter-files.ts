import { PatchError } from '../../../errors.ts'
import { type StoredPlace, within } from '../../../storage/place.ts'
import { readWithin } from '../../../storage/storage.ts'
import { describeValue } from '../../../text/describe-value.ts'
import type { Json } from '../../decoder/config/config-fields.ts'
import { type FieldRule, type FieldRules, isEmpty, only, rowsOf } from '../../decoder/config/field-rules.ts'

interface AdapterFiles {
  /** adapter_config.json */
  readonly config: { readonly name: string; readonly bytes: Uint8Array }
  /** Path of adapter_model.safetensors, which may not exist. */
  readonly weights: string
}

const mostConfigBytes = 2 ** 24

/**
 * The files of a folder as written by PEFT's `save_pretrained`.
 *
 * @throws PatchError `NOT_FOUND` without a configuration, `UNSUPPORTED` if the weights exist only as a pickle
 */
export async function adapterFiles(folder: StoredPlace): Promise<AdapterFiles> {
  const { storage } = folder
  const at = (name: string) => within(folder, name).path
  const name = at('adapter_config.json')
  const bytes = await readWithin(storage, name, mostConfigBytes)
  const weights = at('adapter_model.safetensors')
  if (!(await storage.exists(weights)) && (await storage.exists(at('adapter_model.bin')))) {
    throw new PatchError('UNSUPPORTED', {
      expected: weights,
      found: 'adapter_model.bin, a Python pickle',
      remedy: 'Save the adapter with save_pretrained(directory, safe_serialization=True)',
    })
  }
  return { config: { name, bytes }, weights }
}

const record: FieldRule = { harmless: 'it records where the adapter came from' }

/** Fields of every PEFT adapter_config.json (PEFT 0.21). An empty option counts as absent. */
export const adapterRules: FieldRules = {
  peft_type: 'read',
  ...rowsOf('auto_mapping base_model_name_or_path revision peft_version', record),
  inference_mode: { harmless: 'it says whether the adapter can be trained on' },
  task_type: only('CAUSAL_LM'),
}

/** A field unknown to PEFT 0.21 belongs to an unsupported method. */
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
