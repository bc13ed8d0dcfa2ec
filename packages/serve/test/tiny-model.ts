import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage, onnxruntimeBackend } from '@policypatch/backend-node'
import { createPatch, type LanguageModel, type Patch } from '@policypatch/core'
import { describeBase, type PatchDraft } from '@policypatch/core/patch'
import { createRandom, type Gate, loadStoredModel } from '@policypatch/core/platform'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'

/** One of core's tiny random models, with a token for each printable character and a context of 256 tokens. */
export async function tinyModel(): Promise<LanguageModel> {
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-serve-'))
  try {
    await writeTinyModel(folder)
    const backend = onnxruntimeBackend()
    return await loadStoredModel(
      { storage: fileStorage(), path: folder },
      { backend, ownsBackend: true, id: 'tiny' },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A patch of three random virtual tokens for the tiny model. */
export function tinyPatch(
  model: LanguageModel,
  name: string,
  version: string,
  { gate, ...more }: Partial<PatchDraft> & { readonly gate?: Gate } = {},
): Promise<Patch> {
  const random = createRandom(
    Buffer.from(`${name}@${version}`).reduce((sum, byte) => 31 * sum + byte, 7) % 2 ** 31,
  )
  const embeddings = Float32Array.from({ length: 3 * model.config.hiddenSize }, () => random.normal())
  return createPatch({
    prefix: { length: 3, embeddings, ...(gate && { gate }) },
    manifest: {
      ...{ name, version, domain: 'harmfulness', license: 'Apache-2.0', base: describeBase(model) },
      created: '2026-01-01T00:00:00.000Z',
      ...more,
    },
  })
}
