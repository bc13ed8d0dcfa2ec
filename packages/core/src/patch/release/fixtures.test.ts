import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { storageOf } from '../../../test/patch/tiny-patch.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { createPatch } from './create-patch.ts'
import { readPatch } from './read-patch.ts'

// Patches as each released version wrote them. They are added to, never changed: what loads once loads for ever.
const fixtures = new URL('../../../fixtures/patches', import.meta.url)
const released = readdirSync(fixtures).flatMap((format) =>
  readdirSync(new URL(`${fixtures}/${format}`)).map((name) => `${format}/${name}`),
)

test('there are fixtures', () => {
  expect(released).toContain('v1/tiny-harmfulness')
})

test.each(released)('%s loads', async (path) => {
  const storage = await storageOf(new URL(`${fixtures}/${path}`), path)
  const { manifest, prefix, bytes } = await readPatch({ storage, path })
  expect(path).toBe(`${manifest.format.split('/')[1]}/${manifest.name}`)
  expect(prefix.embeddings).toHaveLength(manifest.prefix.length * manifest.base.hiddenSize)
  expect(bytes).toBeGreaterThan(prefix.embeddings.byteLength)
})

test('written again, the files of format v1 are the same bytes; the model card may improve', async () => {
  const path = 'v1/tiny-harmfulness'
  const storage = await storageOf(new URL(`${fixtures}/${path}`), path)
  const read = await readPatch({ storage, path })
  expect(read.prefix.embeddings[0]).toBe(1.3107006549835205)

  await read.save({ storage, path: 'copy' })
  for (const file of await storage.list(path)) {
    expect(await storage.read(`copy/${file}`)).toEqual(await storage.read(`${path}/${file}`))
  }

  const { files, manifest } = await createPatch(read)
  for (const file of ['adapter_config.json', 'adapter_model.safetensors']) {
    expect(files[file]).toEqual(read.files[file])
  }
  const card = { 'README.md': read.manifest.files?.['README.md'] }
  const text = canonicalJson({ ...manifest, files: { ...manifest.files, ...card } })
  expect(text).toBe(new TextDecoder().decode(read.files['patch.json']))
})
