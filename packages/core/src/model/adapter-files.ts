import { PatchError } from '../errors.ts'
import { readWithin } from '../read-within.ts'
import type { Storage } from '../storage.ts'

export interface AdapterFiles {
  /** adapter_config.json */
  readonly config: { readonly name: string; readonly bytes: Uint8Array }
  /** Path of adapter_model.safetensors, which may be absent. */
  readonly weights: string
}

const mostConfigBytes = 2 ** 24

/**
 * The files of a folder as PEFT's `save_pretrained` writes it.
 *
 * @throws PatchError `NOT_FOUND` without a configuration, `UNSUPPORTED` if the weights are a pickle alone
 */
export async function adapterFiles(storage: Storage, directory: string): Promise<AdapterFiles> {
  const folder = directory.replace(/\/+$/, '')
  const at = (name: string) => (folder === '' ? name : `${folder}/${name}`)
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
