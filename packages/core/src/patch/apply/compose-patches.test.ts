import { describe, expect, it } from 'vitest'
import { tinyManifest, tinyModel, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { sha256 } from '../../sha256.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { PatchManifest } from '../manifest.ts'
import type { Patch } from '../patch.ts'
import { createPatch } from '../release/create-patch.ts'
import { readPatch } from '../release/read-patch.ts'
import { applyPatch } from './apply-patch.ts'
import { type ComposePatchesOptions, composePatches } from './compose-patches.ts'
import type { ComposeMethod } from './compose-prefixes.ts'
import { patchSet } from './patch-set.ts'

const make = (name: string, scale: number, more: Partial<PatchManifest> = {}) =>
  createPatch({
    manifest: { ...tinyManifest, name, domain: name, conflicts: [], ...more },
    prefix: { length: 4, embeddings: tinyPrefix.embeddings.map((x) => x * scale) },
  })

const three = () => Promise.all([make('refusal', 1), make('toxicity', 2), make('gender', 3)])
const values = ({ prefix }: Patch) => [...prefix.embeddings]

describe('composePatches', () => {
  it.each<[ComposeMethod, number]>([
    ['concat', 8],
    ['parallel', 8],
    ['merge', 4],
  ])('%s gives a patch that is kept, read and applied like any other', async (method, length) => {
    const [one, two] = await three()
    const composed = await composePatches({
      patches: [one, two],
      method,
      manifest: { name: 'both', version: '2.0.0' },
    })
    const storage = memoryStorage()
    await composed.save({ storage, path: 'both' })
    const read = await readPatch({ storage, path: 'both' })
    expect(read.prefix).toEqual(composed.prefix)
    expect(read.manifest).toEqual(composed.manifest)
    expect(read.manifest).toMatchObject({
      name: 'both',
      version: '2.0.0',
      domain: 'refusal, toxicity',
      effects: [],
    })
    expect(read.prefix.length).toBe(length)
    expect(read.manifest.composition).toEqual({
      method,
      parts: await Promise.all(
        [one, two].map(async ({ manifest, files }) => ({
          name: manifest.name,
          version: '1.0.0',
          digest: await sha256(files['patch.json'] as Uint8Array),
          length: 4,
          weight: 1,
        })),
      ),
    })
    expect(applyPatch(tinyModel(), read).prefix).toBe(read.prefix)
    // Of parts PEFT knows nothing: it must not take them for one prefix.
    expect('adapter_config.json' in read.files).toBe(method !== 'parallel')
  })

  it('puts prefixes one after the other, side by side, or takes their mean', async () => {
    const [one, two, three_] = await three()
    const concat = await composePatches({ patches: [two, one], method: 'concat' })
    expect(values(concat)).toEqual([...values(two), ...values(one)])
    const parallel = await composePatches({ patches: [one, two], weights: [0.5, 2] })
    const swapped = await composePatches({ patches: [two, one], weights: [2, 0.5] })
    expect(parallel.prefix).toEqual(swapped.prefix)
    expect(parallel.prefix.parts?.map(({ prefix, weight }) => [[...prefix.embeddings], weight])).toEqual(
      expect.arrayContaining([
        [values(one), 0.5],
        [values(two), 2],
      ]),
    )
    const merged = await composePatches({ patches: [one, two, three_], method: 'merge', weights: [1, 0, 3] })
    for (const [i, value] of values(merged).entries()) {
      expect(value).toBeCloseTo(2.5 * (tinyPrefix.embeddings[i] as number), 5)
    }
    expect(merged.manifest.composition?.parts.map(({ name, weight }) => [name, weight])).toEqual([
      ['refusal', 1],
      ['gender', 3],
    ])
  })

  it('takes a composed patch for its parts', async () => {
    const [one, two, last] = await three()
    const pair = await composePatches({ patches: [one, two], weights: [1, 0.5] })
    const nested = await composePatches({ patches: [pair, last], weights: [2, 1] })
    const flat = await composePatches({ patches: [one, two, last], weights: [2, 1, 1] })
    expect(nested.prefix).toEqual(flat.prefix)
    await expect(composePatches({ patches: [pair, last], method: 'concat' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  it('refuses patches of other base models, and those that exclude one another', async () => {
    const [one, two] = await three()
    const other = await make('other', 1, { base: { ...tinyManifest.base, weights: 'd'.repeat(64) } })
    await expect(composePatches({ patches: [one, other] })).rejects.toMatchObject({
      code: 'PATCH_MISMATCH',
      found: expect.stringContaining(`weights fingerprint ${'d'.repeat(64)}`),
    })
    const hostile = await make('hostile', 1, { conflicts: ['toxicity@>=1'] })
    await expect(composePatches({ patches: [hostile, one, two] })).rejects.toMatchObject({
      code: 'PATCH_CONFLICT',
      found: 'hostile 1.0.0 cannot be applied with toxicity 1.0.0 (conflicts: toxicity@>=1)',
    })
    const older = await make('older', 1, { conflicts: ['toxicity@<1'] })
    expect((await composePatches({ patches: [older, two] })).manifest.conflicts).toEqual(['toxicity@<1'])
    // What a composed patch was made of excludes what its parts exclude.
    const pair = await composePatches({ patches: [one, two], manifest: { name: 'pair' } })
    await expect(composePatches({ patches: [hostile, pair] })).rejects.toMatchObject({
      code: 'PATCH_CONFLICT',
    })
    const needy = await make('needy', 1, { requires: ['gender@^1.0.0'] })
    await expect(composePatches({ patches: [needy, one] })).rejects.toMatchObject({ code: 'PATCH_CONFLICT' })
    expect(() => applyPatch(tinyModel(), needy)).toThrow(expect.objectContaining({ code: 'PATCH_CONFLICT' }))
    const broken = await make('broken', 1, { conflicts: ['toxicity@never'] })
    await expect(composePatches({ patches: [broken, two] })).rejects.toMatchObject({ code: 'MALFORMED' })
  })

  it.each<[string, Partial<ComposePatchesOptions> & { take?: number }, string]>([
    ['no patch', { take: 0 }, 'no patch'],
    ['too few weights', { weights: [1] }, '1 weights for 3 patches'],
    ['weights below 0', { weights: [1, -1, 1] }, 'weights 1, -1, 1'],
    ['weights that are all 0', { weights: [0, 0, 0] }, 'weights that are all 0'],
    ['weights with concat', { method: 'concat', weights: [1, 2, 1] }, 'weights with concat'],
    ['another method', { method: 'sum' as ComposeMethod }, 'method "sum"'],
  ])('refuses %s', async (_, { take = 3, ...options }, found) => {
    await expect(
      composePatches({ patches: (await three()).slice(0, take), ...options }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found,
    })
  })

  it('takes the mean of a recipe’s seeds, which have one name', async () => {
    const seeds = await Promise.all([make('refusal', 1), make('refusal', 3)])
    const merged = await composePatches({ patches: seeds, method: 'merge' })
    expect(values(merged)).toEqual([...tinyPrefix.embeddings].map((x) => Math.fround(2 * x)))
    await expect(composePatches({ patches: seeds })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  it('refuses the same patch twice, and the mean of different lengths', async () => {
    const [one] = await three()
    for (const method of ['parallel', 'merge'] as const) {
      await expect(composePatches({ patches: [one, one], method })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        found: expect.stringContaining('the same patch twice: refusal 1.0.0'),
      })
    }
    const short = await createPatch({
      manifest: { ...tinyManifest, name: 'short', prefix: { length: 2, init: 'text' } },
      prefix: { length: 2, embeddings: tinyPrefix.embeddings.slice(0, 32) },
    })
    await expect(composePatches({ patches: [one, short], method: 'merge' })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    })
  })

  it('reads parts only as the manifest describes them', async () => {
    const [one, two] = await three()
    const { manifest, prefix } = await composePatches({ patches: [one, two] })
    const wrong = {
      ...manifest.prefix,
      parts: [
        { length: 4, weight: 1 },
        { length: 4, weight: 2 },
      ],
    }
    await expect(createPatch({ manifest: { ...manifest, prefix: wrong }, prefix })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    })
    const short = { ...manifest.prefix, parts: [{ length: 4, weight: 1 }] }
    await expect(createPatch({ manifest: { ...manifest, prefix: short }, prefix })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      found: expect.stringContaining('as many virtual tokens'),
    })
  })
})

describe('patchSet', () => {
  it('gives each stack as one prefix, the same object every time', async () => {
    const [one, two, last] = await three()
    const patches = patchSet(tinyModel() as LanguageModel, [one, two])
    patches.add(last)
    expect(patches.names).toEqual(['refusal', 'toxicity', 'gender'])
    expect(patches.stack([])).toBeNull()
    expect(patches.stack(['refusal'])).toBe(one.prefix)
    const stack = patches.stack(['refusal', { name: 'gender', weight: 0.5 }])
    expect(patches.stack(['refusal', { name: 'gender', weight: 0.5 }])).toBe(stack)
    expect(stack).toEqual(applyPatch(tinyModel(), [one, last], { weights: [1, 0.5] }).prefix)
    expect(patches.stack(['toxicity', 'refusal'], { method: 'concat' })?.embeddings).toEqual(
      Float32Array.from([...values(two), ...values(one)]),
    )
    expect([patches.remove('gender'), patches.remove('gender')]).toEqual([true, false])
    expect(() => patches.stack(['refusal', 'gender'])).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  it('refuses patches of another model, and stacks that exclude one another', async () => {
    const patches = patchSet(tinyModel() as LanguageModel, [
      await make('refusal', 1),
      await make('hostile', 2, { conflicts: ['refusal'] }),
    ])
    expect(() => patches.stack(['refusal', 'hostile'])).toThrow(
      expect.objectContaining({ code: 'PATCH_CONFLICT' }),
    )
    const other = await make('other', 1, { base: { ...tinyManifest.base, layers: 9 } })
    expect(() => patches.add(other)).toThrow(expect.objectContaining({ code: 'PATCH_MISMATCH' }))
    expect(patches.names).toEqual(['refusal', 'hostile'])
  })
})
