import { beforeAll, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { parallelPrefix } from '../../src/patch/apply/compose-prefixes.ts'
import type { Patch } from '../../src/patch/patch.ts'
import type { HardenPatchOptions } from '../../src/train/harden/harden-options.ts'
import { hardenPatch } from '../../src/train/harden/harden-patch.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { attacks, gate, hardenOptions, scriptedTrainee } from './harden-run.ts'
import { prompts, quickOptions } from './training-run.ts'

let tiny: LanguageModel
let patch: Patch
beforeAll(async () => {
  tiny = await wordModel(cpuBackend())
  const untrained = { sft: { steps: 0, batchSize: 2, learningRate: 0.05 }, dpo: false, gate: false } as const
  patch = await trainPatch(quickOptions(tiny, untrained))
})

it.each<[string, string, () => Partial<HardenPatchOptions>]>([
  ['no attack', 'INVALID_ARGUMENT', () => ({ attacks: [] })],
  ['attacks of one name', 'INVALID_ARGUMENT', () => ({ attacks: [attacks[0]!, attacks[0]!] })],
  ['no round', 'INVALID_ARGUMENT', () => ({ rounds: 0 })],
  ['half a prompt', 'INVALID_ARGUMENT', () => ({ perAttack: 0.5 })],
  ['no step', 'INVALID_ARGUMENT', () => ({ steps: 0 })],
  ['no token', 'INVALID_ARGUMENT', () => ({ generation: { maxTokens: 0 } })],
  ['a rate below 0', 'INVALID_ARGUMENT', () => ({ training: { learningRate: -1 } })],
  ['a bad version', 'INVALID_ARGUMENT', () => ({ manifest: { version: 'new' } })],
  ['one kind of prompt', 'EMPTY_DATA', () => ({ prompts: prompts.slice(0, 5), gate: false })],
  ['one fold', 'INVALID_ARGUMENT', () => ({ gate: { ...gate, folds: 1 } })],
  ['prompts too few for the folds', 'EMPTY_DATA', () => ({ gate: { ...gate, folds: 6 } })],
  ['the patch of another base', 'PATCH_MISMATCH', () => ({ patch: ofAnother(patch) })],
  ['a patch of parts', 'UNSUPPORTED', () => ({ patch: ofParts(patch) })],
])('refuses %s before it asks anything', async (_, code, changes) => {
  const model = scriptedTrainee(tiny)
  await expect(hardenPatch(hardenOptions({ model, patch, ...changes() }))).rejects.toMatchObject({ code })
  expect(model.asked).toEqual([])
})

function ofParts({ manifest, prefix, ...rest }: Patch): Patch {
  const parts = [4, 4].map((length) => ({ length, weight: 1 }))
  return {
    ...rest,
    manifest: { ...manifest, prefix: { ...manifest.prefix, length: 8, parts } },
    prefix: parallelPrefix([
      { prefix, weight: 1 },
      { prefix, weight: 1 },
    ]),
  }
}

function ofAnother({ manifest, ...rest }: Patch): Patch {
  return { ...rest, manifest: { ...manifest, base: { ...manifest.base, layers: 3 } } }
}
