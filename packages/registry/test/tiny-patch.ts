import { createPatch, type Patch } from '@policypatch/core'
import type { PatchDraft } from '@policypatch/core/patch'

/** The base model that tiny patches are for. */
export const tinyBase = {
  ...{ id: 'tiny/llama', architecture: 'llama', hiddenSize: 4, vocabSize: 8, layers: 1, heads: 1 },
  ...{ tokenizer: '1'.repeat(64), weights: '2'.repeat(64) },
}

/** A patch of two virtual tokens; its numbers are of its name and version, and of `seed`. */
export function tinyPatch(
  name: string,
  version: string,
  more: Partial<PatchDraft> & { readonly seed?: number } = {},
): Promise<Patch> {
  const { seed = 0, ...manifest } = more
  const embeddings = Float32Array.from({ length: 8 }, (_, i) => name.length + version.length + seed + i / 8)
  return createPatch({
    prefix: { length: 2, embeddings },
    manifest: {
      ...{ name, version, domain: 'harmfulness', license: 'Apache-2.0', base: tinyBase },
      created: '2026-01-01T00:00:00.000Z',
      ...manifest,
    },
  })
}
