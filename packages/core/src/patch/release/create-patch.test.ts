import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { storageOf, tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { createPatch, patchFiles } from './create-patch.ts'
import { importPeftPromptTuning } from './peft-adapter.ts'
import { readPatch } from './read-patch.ts'

test('what is saved is what is read', async () => {
  const storage = memoryStorage()
  const patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  await patch.save({ storage, path: 'patches/tiny/' })
  const read = await readPatch({ storage, path: 'patches/tiny' })
  expect(read.prefix).toEqual(tinyPrefix)
  expect(read.manifest).toEqual({ ...tinyManifest, files: expect.any(Object) })
  expect(read.files).toEqual(patch.files)
  expect(read.parameters).toBe(64)
  expect(await storage.list('patches/tiny')).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
    'patch.json',
  ])
  let bytes = 0
  for (const file of await storage.list('patches/tiny'))
    bytes += (await storage.read(`patches/tiny/${file}`)).length
  expect([patch.bytes, read.bytes]).toEqual([bytes, bytes])
})

test('the same contents give the same bytes, whatever the order of their keys', async () => {
  const reversed = Object.fromEntries(
    Object.entries(tinyManifest).reverse(),
  ) as unknown as typeof tinyManifest
  const one = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  const two = await createPatch({ manifest: reversed, prefix: tinyPrefix })
  expect(two.files).toEqual(one.files)
})

test('a copy is kept: training on changes no patch', async () => {
  const prefix = { length: 4, embeddings: tinyPrefix.embeddings.slice() }
  const patch = await createPatch({ manifest: tinyManifest, prefix })
  prefix.embeddings.fill(0)
  expect(patch.prefix).toEqual(tinyPrefix)
})

test('what its author need not know of a manifest follows from the prefix', async () => {
  const { name, domain, license, base } = tinyManifest
  const { manifest } = await createPatch({ manifest: { name, domain, license, base }, prefix: tinyPrefix })
  expect(manifest).toMatchObject({
    ...{ name, domain, license, base, version: '0.1.0', effects: [], requires: [], conflicts: [] },
    prefix: { length: tinyPrefix.length, init: 'given' },
  })
})

test('a prefix that is not what the manifest says, or not finite, is refused', async () => {
  const create = (length: number, embeddings: Float32Array) =>
    createPatch({ manifest: tinyManifest, prefix: { length, embeddings } })
  await expect(create(5, new Float32Array(80))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  await expect(create(4, new Float32Array(63))).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  const broken = tinyPrefix.embeddings.with(35, Number.NaN)
  await expect(create(4, broken)).rejects.toMatchObject({
    code: 'NOT_FINITE',
    found: 'NaN in virtual token 2, dimension 3',
  })
})

const adapter = new URL('../../../test/goldens/peft/adapter', import.meta.url)

test('the adapter of a prefix that PEFT saved is what PEFT saved', async () => {
  const prefix = await importPeftPromptTuning({ storage: await storageOf(adapter, 'a'), path: 'a' })
  const manifest = { ...tinyManifest, prefix: { length: 4, init: 'random' } }
  const files = await patchFiles({ manifest, prefix })
  expect(Buffer.from(files['adapter_model.safetensors'] as Uint8Array)).toEqual(
    readFileSync(new URL(`${adapter}/adapter_model.safetensors`)),
  )
  const { peft_version: _, ...config } = JSON.parse(
    readFileSync(new URL(`${adapter}/adapter_config.json`), 'utf8'),
  )
  expect(JSON.parse(new TextDecoder().decode(files['adapter_config.json']))).toEqual({
    ...config,
    base_model_name_or_path: 'example/tiny-llama',
  })
})

test.each([
  [{ length: 4, init: 'text', initText: 'Be safe.' }, ['TEXT', 'Be safe.', 'example/tiny-llama']],
  [{ length: 4, init: 'text' }, ['RANDOM', null, null]],
  [{ length: 4, init: 'vocab' }, ['SAMPLE_VOCAB', null, null]],
])('the initialisation %o in the words of PEFT', async (summary, expected) => {
  const files = await patchFiles({ manifest: { ...tinyManifest, prefix: summary }, prefix: tinyPrefix })
  const config = JSON.parse(new TextDecoder().decode(files['adapter_config.json']))
  expect([config.prompt_tuning_init, config.prompt_tuning_init_text, config.tokenizer_name_or_path]).toEqual(
    expected,
  )
})

test('the order of keys does not matter, that of lists does', () => {
  const text = canonicalJson({ b: [2, { z: 1, y: undefined, a: null }], a: 'ä' })
  expect(text).toBe(
    '{\n  "a": "ä",\n  "b": [\n    2,\n    {\n      "a": null,\n      "z": 1\n    }\n  ]\n}\n',
  )
  expect(canonicalJson({ a: 'ä', b: [2, { a: null, z: 1 }] })).toBe(text)
  expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
})
