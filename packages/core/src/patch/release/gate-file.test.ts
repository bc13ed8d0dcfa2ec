import { describe, expect, it } from 'vitest'
import { tinyManifest, tinyModel, tinyPrefix } from '../../../test/patch/tiny-patch.ts'
import type { Gate, Prefix } from '../../model/language-model/language-model.ts'
import { createRandom } from '../../random.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { applyPatch } from '../apply/apply-patch.ts'
import { composePatches } from '../apply/compose-patches.ts'
import type { PatchManifest } from '../manifest.ts'
import type { Patch } from '../patch.ts'
import { createPatch, ungatedPatch } from './create-patch.ts'
import { readPatch } from './read-patch.ts'

const random = createRandom(1)
const numbers = (size: number) => Float32Array.from({ length: size }, () => random.normal())

/** Of the tiny model's width 16, with 3 units. */
const gate: Gate = {
  layers: [1],
  window: 8,
  mean: numbers(32),
  scale: numbers(32),
  hidden: numbers(96),
  hiddenBias: numbers(3),
  output: numbers(3),
  bias: Math.fround(0.3),
}
const figures = { recall: 0.9, harmful: 50, falsePositives: { default: 0.02 }, harmless: 80 }
const summary = { layers: [1], window: 8, units: 3, figures }

const gatedPatch = (changes: Partial<PatchManifest> = {}, prefix: Prefix = { ...tinyPrefix, gate }) =>
  createPatch({
    manifest: { ...tinyManifest, prefix: { ...tinyManifest.prefix, gate: summary }, ...changes },
    prefix,
  })

async function saved(patch: Patch): Promise<Patch> {
  const storage = memoryStorage()
  await patch.save({ storage, path: 'tiny' })
  return readPatch({ storage, path: 'tiny' })
}

describe('a patch with a gate', () => {
  it('is read as it was written, and says what it is', async () => {
    const patch = await gatedPatch()
    const read = await saved(patch)
    expect(read.prefix).toEqual({ ...tinyPrefix, gate })
    expect(read.manifest.prefix.gate).toEqual(summary)
    expect(read.parameters).toBe(64 + 96 + 3 + 3 + 1)
    expect(Object.keys(patch.files)).toContain('gate.safetensors')
    const card = new TextDecoder().decode(patch.files['README.md'])
    expect(card).toMatch(/90\.0% of the 50 target prompts and on 2\.0% \(default\) of 80 other prompts/)
  })

  it('whose gate was altered is refused', async () => {
    const storage = memoryStorage()
    await (await gatedPatch()).save({ storage, path: 'tiny' })
    const bytes = await storage.read('tiny/gate.safetensors')
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1
    await storage.write('tiny/gate.safetensors', bytes)
    await expect(readPatch({ storage, path: 'tiny' })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
  })

  it('must be described as it is', async () => {
    await expect(gatedPatch({}, tinyPrefix)).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
    await expect(gatedPatch({ prefix: tinyManifest.prefix })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    })
    const other = { ...tinyManifest.prefix, gate: { ...summary, units: 4 } }
    await expect(gatedPatch({ prefix: other })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
  })

  it('is applied with its gate, or without when told so', async () => {
    const patch = await gatedPatch()
    expect(applyPatch(tinyModel(), patch).prefix?.gate).toEqual(gate)
    expect(applyPatch(tinyModel(), patch, { gates: false }).prefix).toEqual(tinyPrefix)
    const wide = await gatedPatch({}, { ...tinyPrefix, gate: { ...gate, scale: numbers(32) } })
    expect(() =>
      applyPatch(tinyModel(), { ...wide, prefix: { ...tinyPrefix, gate: { ...gate, layers: [9] } } }),
    ).toThrow(/gate of readings/)
  })

  it('keeps it side by side, and is refused by the methods that cannot', async () => {
    const plain = await createPatch({
      manifest: { ...tinyManifest, name: 'other', conflicts: [] },
      prefix: { length: 4, embeddings: numbers(64) },
    })
    const gated = await gatedPatch({ conflicts: [] })
    const stack = await saved(await composePatches({ patches: [gated, plain] }))
    const gates = stack.prefix.parts?.map((part) => part.prefix.gate)
    expect(gates).toContainEqual(gate)
    expect(gates).toContain(undefined)
    expect(stack.manifest.prefix.parts?.filter((part) => part.gate)).toHaveLength(1)
    for (const method of ['concat', 'merge'] as const) {
      await expect(composePatches({ patches: [gated, plain], method })).rejects.toThrow(/ungatedPatch/)
    }
    const ungated = await ungatedPatch(gated)
    expect((await composePatches({ patches: [ungated, plain], method: 'concat' })).prefix.length).toBe(8)
    expect(ungated.files['gate.safetensors']).toBeUndefined()
    expect(ungated.manifest.effects).toEqual([])
  })
})
