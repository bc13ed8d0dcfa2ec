import { createPatch, type LanguageModel, type Patch, type Storage } from '@policypatch/core'
import { describeBase } from '@policypatch/core/patch'
import { initPrefix } from '@policypatch/core/train'

/** A patch of four random virtual tokens. */
export function tinyPatch(
  model: LanguageModel,
  storage: Storage,
  name: string,
  seed: number,
): Promise<Patch> {
  return createPatch({
    storage,
    prefix: initPrefix(model, { length: 4, init: 'random', seed }),
    manifest: {
      format: 'policypatch/v1',
      name,
      version: '1.0.0',
      domain: 'test',
      license: 'Apache-2.0',
      base: describeBase(model),
      prefix: { length: 4, init: 'random' },
      recipe: { reference: 'none', data: {}, seed, options: {} },
      effects: [],
      requires: [],
      conflicts: [],
      created: '2026-01-02T03:04:05Z',
    },
  })
}
