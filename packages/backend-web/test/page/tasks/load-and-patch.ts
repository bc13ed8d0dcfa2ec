import { cachedModels, fetchStorage, opfsStorage, resolveWebModel } from '@policypatch/backend-web'
import { applyPatch, readPatch } from '@policypatch/core'
import { loadStoredModel } from '@policypatch/core/platform'
import { type BackendName, createBackend, tinyPatch } from './create-backend.ts'

interface LoadInput {
  readonly backend: BackendName
  readonly address: string
  /** Where the server has a published patch. */
  readonly patchAddress: string
}

/**
 * Loads a model from its address, puts a patch onto it that was kept in the browser and read again, and lets both answer. The
 * published patch is of another model.
 */
export async function loadAndPatch({ backend, address, patchAddress }: LoadInput) {
  const downloads: number[] = []
  const files = await resolveWebModel(address, {
    onProgress: ({ done }) => downloads.push(done),
    retryDelay: 10,
  })
  const model = await loadStoredModel(files, { backend: await createBackend(backend), id: 'tiny' })
  const patch = await tinyPatch(model, 'tiny', 7)
  const kept = { storage: opfsStorage('patches'), path: 'tiny' }
  await patch.save(kept)
  const read = await readPatch(kept)
  const patched = applyPatch(model, read)
  let streamed = ''
  for await (const text of patched.stream('tea', { maxTokens: 8 })) streamed += text
  const published = await readPatch({ storage: fetchStorage(patchAddress), path: '.' })
  const refusal = await attempt(() => applyPatch(model, published))
  const [score] = await model.score([{ prompt: 'tea', response: ' or coffee' }])
  const result = {
    downloads: downloads.length,
    bytes: downloads.at(-1),
    base: (await model.generate('tea', { maxTokens: 8 })).text,
    generated: (await patched.generate('tea', { maxTokens: 8 })).text,
    streamed,
    score: [...(score?.logProbabilities ?? [])],
    published: published.manifest.name,
    refusal,
    cached: await cachedModels(),
  }
  await model.dispose()
  await model.backend.dispose()
  return result
}

async function attempt(run: () => unknown): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
