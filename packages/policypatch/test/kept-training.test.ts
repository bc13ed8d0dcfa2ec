import { readdir } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { standardJailbreaks } from '../src/doors/evaluate.ts'
import {
  hardenPatch,
  loadModel,
  readPatch,
  readPrompts,
  recordedReference,
  trainPatch,
} from '../src/index.ts'
import { temporaryFolder, writeTinyData } from './fixtures.ts'

const before = process.cwd()
afterAll(() => process.chdir(before))

test('hardens a patch with paths alone, and keeps the run where it has a directory', async () => {
  process.chdir(await temporaryFolder())
  await writeTinyModel('tiny')
  await writeTinyData('.')
  const model = await loadModel('./tiny')
  const reference = await recordedReference('recorded.jsonl')
  const prompts = await readPrompts('prompts.jsonl')
  const both = { model, reference, prompts, generation: { maxTokens: 4 } }
  const patch = await trainPatch({
    ...both,
    prefix: { length: 2 },
    contexts: [],
    sft: { steps: 1, batchSize: 2 },
    dpo: false,
    validation: false,
  })
  const attacks = standardJailbreaks.filter(({ name }) => name === 'prefix injection')
  const options = { ...both, patch, attacks, rounds: 1, perAttack: 2, steps: 2, training: { batchSize: 2 } }
  const files = await readdir('.')
  const hardened = await hardenPatch(options)
  expect(await readdir('.')).toEqual(files)
  await hardened.patch.save('patches/hardened')
  const read = await readPatch('patches/hardened')
  expect(read.prefix.embeddings).toEqual(hardened.patch.prefix.embeddings)
  expect(read.manifest.recipe.options).toMatchObject({ attacks: ['prefix injection'] })
  const kept = await hardenPatch({ ...options, directory: 'run' })
  expect(kept.patch.prefix).toEqual(hardened.patch.prefix)
  expect(kept.rounds).toEqual(hardened.rounds)
  expect(await readdir('run/round-1')).toContain('attacks.jsonl')
  await model.dispose()
})
