import { createPatch, type LanguageModel, type Patch } from '@policypatch/core'
import { describeBase } from '@policypatch/core/patch'
import { initPrefix } from '@policypatch/core/train'

/** A patch of four random virtual tokens. */
export function tinyPatch(model: LanguageModel, name: string, seed: number): Promise<Patch> {
  return createPatch({
    prefix: initPrefix(model, { length: 4, init: 'random', seed }),
    manifest: { name, version: '1.0.0', domain: 'test', license: 'Apache-2.0', base: describeBase(model) },
  })
}
