import { beforeEach, expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import { sha256 } from '../../sha256.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import type { Patch } from '../patch.ts'
import { createPatch } from './create-patch.ts'
import { readPatch } from './read-patch.ts'

let storage: Storage
let patch: Patch
const read = () => readPatch({ storage, path: 'tiny' })

beforeEach(async () => {
  storage = memoryStorage()
  patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  await patch.save({ storage, path: 'tiny' })
})

/** Writes a file in another form, its digest in patch.json put right. */
async function replace(file: string, bytes: Uint8Array) {
  const manifest = { ...patch.manifest, files: { ...patch.manifest.files, [file]: await sha256(bytes) } }
  await storage.write(`tiny/${file}`, bytes)
  await storage.write('tiny/patch.json', new TextEncoder().encode(JSON.stringify(manifest)))
}

const weights = (m: number, d: number, value = 0, name = 'prompt_embeddings') =>
  writeSafetensors({ [name]: { shape: [m, d], data: new Float32Array(m * d).fill(value) } })

test.each(['patch.json', 'adapter_config.json', 'adapter_model.safetensors', 'README.md'])(
  'without %s: NOT_FOUND, and it is named',
  async (file) => {
    await storage.remove(`tiny/${file}`)
    await expect(read()).rejects.toMatchObject({ code: 'NOT_FOUND', expected: expect.stringContaining(file) })
  },
)

test('a PEFT adapter without patch.json: the error says how to read it', async () => {
  await storage.remove('tiny/patch.json')
  await expect(read()).rejects.toThrow(/importPeftPromptTuning/)
})

test('cut short anywhere, no file is taken', async () => {
  for (const [file, bytes] of Object.entries(patch.files)) {
    const codes = new Set<string>()
    // patch.json without its last newline says all it said.
    const longest = file === 'patch.json' ? bytes.length - 2 : bytes.length - 1
    for (let length = 0; length <= longest; length += 7) {
      await storage.write(`tiny/${file}`, bytes.subarray(0, length))
      codes.add(
        await read().then(
          () => 'READ',
          (error) => error.code,
        ),
      )
    }
    await storage.write(`tiny/${file}`, bytes)
    const allowed = file.endsWith('.safetensors')
      ? ['TRUNCATED']
      : ['TRUNCATED', 'MALFORMED', 'DIGEST_MISMATCH']
    expect(allowed).toEqual(expect.arrayContaining([...codes]))
    if (file !== 'README.md') expect(codes).toContain('TRUNCATED')
  }
  await expect(read()).resolves.toMatchObject({ parameters: 64 })
})

test.each(['adapter_config.json', 'adapter_model.safetensors', 'README.md'])(
  'one bit of %s altered: DIGEST_MISMATCH',
  async (file) => {
    const bytes = await storage.read(`tiny/${file}`)
    const at = bytes.length - 9
    bytes[at] = (bytes[at] as number) ^ 1
    await storage.write(`tiny/${file}`, bytes)
    await expect(read()).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      expected: expect.stringContaining(patch.manifest.files?.[file] as string),
      found: await sha256(bytes),
    })
  },
)

test.each([
  ['another number of virtual tokens', weights(5, 16), 'SHAPE_MISMATCH'],
  ['another width', weights(4, 15), 'SHAPE_MISMATCH'],
  ['NaN', weights(4, 16, Number.NaN), 'NOT_FINITE'],
  ['infinity', weights(4, 16, Number.NEGATIVE_INFINITY), 'NOT_FINITE'],
  ['another tensor', weights(4, 16, 0, 'prefix'), 'MISSING_TENSOR'],
  ['noise', new Uint8Array(100).fill(0x7b), 'MALFORMED'],
])('weights of the right digest with %s', async (_, bytes, code) => {
  await replace('adapter_model.safetensors', bytes)
  await expect(read()).rejects.toMatchObject({ code })
})

test('an adapter_config.json that says other than patch.json', async () => {
  const config = new TextDecoder().decode(patch.files['adapter_config.json'])
  const change = (from: string, to: string) =>
    replace('adapter_config.json', new TextEncoder().encode(config.replace(from, to)))
  await change('"num_virtual_tokens": 4', '"num_virtual_tokens": 5')
  await expect(read()).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  await change('PROMPT_TUNING', 'LORA')
  await expect(read()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  await change('"num_virtual_tokens": 4', '"num_virtual_tokens": "four"')
  await expect(read()).rejects.toMatchObject({ code: 'MALFORMED' })
})

test('files that it does not list are left alone', async () => {
  await storage.write('tiny/.gitattributes', new TextEncoder().encode('*.safetensors filter=lfs'))
  await expect(read()).resolves.toMatchObject({ bytes: patch.bytes })
})
