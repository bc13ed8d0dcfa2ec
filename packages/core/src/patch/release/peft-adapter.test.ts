import { readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { storageOf } from '../../../test/patch/tiny-patch.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import type { Storage } from '../../storage/storage.ts'
import { importPeftPromptTuning, promptAdapterRules } from './peft-adapter.ts'

const goldens = new URL('../../../test/goldens/peft', import.meta.url)
const expected = JSON.parse(readFileSync(new URL(`${goldens}/expected.json`), 'utf8'))

let storage: Storage
const read = () => importPeftPromptTuning({ storage, path: 'adapter/' })

beforeEach(async () => {
  storage = await storageOf(new URL(`${goldens}/adapter`), 'adapter')
})

/** Changes fields of adapter_config.json. */
async function configure(fields: object) {
  const config = JSON.parse(new TextDecoder().decode(await storage.read('adapter/adapter_config.json')))
  const bytes = new TextEncoder().encode(JSON.stringify({ ...config, ...fields }))
  await storage.write('adapter/adapter_config.json', bytes)
}

test('reads what PEFT saved as PEFT reads it', async () => {
  expect(await read()).toEqual({ length: 4, embeddings: Float32Array.from(expected.prompt_embeddings) })
})

test.each([
  [{ peft_type: 'LORA' }, 'peft_type "LORA"'],
  [{ peft_type: undefined }, 'peft_type undefined'],
  [{ task_type: 'SEQ_2_SEQ_LM', num_transformer_submodules: 2 }, 'num_transformer_submodules 2'],
  [{ modules_to_save: ['lm_head'] }, 'modules_to_save'],
  [{ peft_type: 'PREFIX_TUNING' }, 'peft_type "PREFIX_TUNING"'],
  [{ peft_type: 'IA3' }, 'peft_type "IA3"'],
  [{ peft_type: 'MULTITASK_PROMPT_TUNING' }, 'peft_type "MULTITASK_PROMPT_TUNING"'],
  [{ a_method_to_come: { x: 1 } }, 'a_method_to_come'],
])('%o is not a prefix', async (fields, found) => {
  await configure(fields)
  await expect(read()).rejects.toMatchObject({ code: 'UNSUPPORTED', found: expect.stringContaining(found) })
})

test('reads the prefix that an encoder was trained to give, which PEFT calls P-tuning', async () => {
  const encoded = JSON.parse(readFileSync(new URL(`${goldens}/p-tuning/expected.json`), 'utf8'))
  storage = await storageOf(new URL(`${goldens}/p-tuning`), 'adapter')
  const { length, embeddings } = await read()
  expect({ length, embeddings: [...embeddings] }).toEqual(encoded)
  const config = JSON.parse(new TextDecoder().decode(await storage.read('adapter/adapter_config.json')))
  expect(Object.keys(config).filter((name) => !Object.hasOwn(promptAdapterRules, name))).toEqual([])
})

test('options given empty are options not given', async () => {
  await configure({ modules_to_save: [], auto_mapping: {}, a_method_to_come: null })
  expect((await read()).length).toBe(4)
})

test('other modules that were trained with it are no part of a prefix', async () => {
  const embeddings = { shape: [4, 16], data: new Float32Array(64) }
  const bytes = writeSafetensors({ prompt_embeddings: embeddings, 'base_model.lm_head.weight': embeddings })
  await storage.write('adapter/adapter_model.safetensors', bytes)
  await expect(read()).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    found: expect.stringContaining('lm_head'),
  })
})

test('files that disagree are refused', async () => {
  await configure({ token_dim: 8 })
  await expect(read()).rejects.toMatchObject({
    code: 'SHAPE_MISMATCH',
    found: expect.stringContaining('[4, 16]'),
  })
})

test('weights in a pickle, or none', async () => {
  await storage.remove('adapter/adapter_model.safetensors')
  await expect(read()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await storage.write('adapter/adapter_model.bin', Uint8Array.of(0x80))
  await expect(read()).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    remedy: expect.stringContaining('safe_serialization'),
  })
})
