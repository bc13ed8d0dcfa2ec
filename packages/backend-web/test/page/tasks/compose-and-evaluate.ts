import { opfsStorage, resolveWebModel } from '@policypatch/backend-web'
import {
  applyPatch,
  composePatches,
  type LanguageModel,
  readPatch,
  type Storage,
  toxicityDomain,
} from '@policypatch/core'
import { evaluateDomain, type TextScorer } from '@policypatch/core/evaluate'
import { loadStoredModel } from '@policypatch/core/platform'
import { type BackendName, createBackend, tinyPatch } from './create-backend.ts'

/** The share of vowels, which is as good a score as any. */
const vowels: TextScorer = {
  specificationVersion: 'v1',
  name: 'vowels',
  score: async (texts) => texts.map((text) => text.replace(/[^aeiou]/g, '').length / (text.length + 1)),
}

/** What is measured of a stack of two patches, that was kept and read again. */
export async function figuresOfStack(model: LanguageModel, storage: Storage) {
  const parts = [await tinyPatch(model, 'one', 7), await tinyPatch(model, 'two', 8)]
  const stack = await composePatches({
    patches: parts,
    weights: [1, 0.5],
    manifest: { name: 'both' },
  })
  await stack.save({ storage, path: 'both' })
  const subject = { name: 'patched', model: applyPatch(model, await readPatch({ storage, path: 'both' })) }
  const { measurements, skipped } = await evaluateDomain({
    domain: toxicityDomain({ scorers: [vowels], base: model }),
    subject,
    prompts: ['tea', 'the sea', 'my friend'].map((prompt) => ({ prompt, kind: 'harmful' as const })),
    data: 'test',
    sampling: { samples: 2, maxTokens: 6 },
  })
  const figures = measurements.map(({ metric, data, n, value }) => ({ metric, data, n, value }))
  return { figures, skipped: skipped.map(({ metric }) => metric) }
}

/** The same of a model at an address, in the browser's storage. */
export async function composeAndEvaluate(input: { readonly backend: BackendName; readonly address: string }) {
  const backend = await createBackend(input.backend)
  const model = await loadStoredModel(await resolveWebModel(input.address), { backend, id: 'tiny' })
  const result = await figuresOfStack(model, opfsStorage('stacks'))
  await model.dispose()
  await backend.dispose()
  return result
}
