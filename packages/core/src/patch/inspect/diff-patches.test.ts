import { expect, it } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import { diffPatches } from './diff-patches.ts'

const patch = { manifest: tinyManifest, prefix: tinyPrefix }

it('finds nothing between a patch and itself, whenever it was made', () => {
  const { fields, prefix, effects } = diffPatches(patch, {
    ...patch,
    manifest: { ...tinyManifest, created: '2030-01-01T00:00:00Z' },
  })
  expect(fields).toEqual([])
  expect(prefix?.relativeDistance).toBe(0)
  for (const cosine of prefix?.cosines ?? []) expect(cosine).toBeCloseTo(1, 6)
  expect(effects.map(({ before, after }) => [before, after])).toEqual(
    tinyManifest.effects.map(({ after }) => [after, after]),
  )
})

it('names every field, and says how far the prefixes are apart', () => {
  const manifest = {
    ...tinyManifest,
    version: '2.0.0',
    recipe: { ...tinyManifest.recipe, options: { sft: { steps: 240, learningRate: 0.02 }, tags: [] } },
    effects: [],
  }
  const embeddings = tinyPrefix.embeddings.map((value, i) => (i < 16 ? -value : value))
  const { fields, prefix, effects } = diffPatches(patch, { manifest, prefix: { length: 4, embeddings } })
  expect(fields).toEqual([
    { field: 'version', before: '1.0.0', after: '2.0.0' },
    { field: 'recipe.options.sft.steps', before: 120, after: 240 },
    { field: 'recipe.options.dpo.beta', before: 0.1, after: undefined },
    { field: 'recipe.options.dpo.lossType', before: 'sigmoid', after: undefined },
    { field: 'recipe.options.tags.0', before: 'a', after: undefined },
    { field: 'recipe.options.tags.1', before: null, after: undefined },
    { field: 'recipe.options.tags', before: undefined, after: [] },
  ])
  expect(prefix?.cosines.map((cosine) => Math.round(cosine))).toEqual([-1, 1, 1, 1])
  const norm = (values: Float32Array) => Math.hypot(...values)
  expect(prefix?.relativeDistance).toBeCloseTo(
    (2 * norm(tinyPrefix.embeddings.slice(0, 16))) / norm(tinyPrefix.embeddings),
    5,
  )
  expect(effects.every(({ before, after }) => before && !after)).toBe(true)
})

it('compares no prefixes of different lengths', () => {
  const short = { length: 2, embeddings: tinyPrefix.embeddings.slice(0, 32) }
  const manifest = { ...tinyManifest, prefix: { ...tinyManifest.prefix, length: 2 } }
  const { fields, prefix } = diffPatches(patch, { manifest, prefix: short })
  expect(prefix).toBeUndefined()
  expect(fields).toEqual([{ field: 'prefix.length', before: 4, after: 2 }])
})
