import { readdir } from 'node:fs/promises'
import * as core from '@policypatch/core'
import { afterAll, expect, test } from 'vitest'
import { writeTinyModel } from '../../core/test/tiny-model.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { writeTinyData } from '../test/tiny-data.ts'
import * as api from './index.ts'

const { applyPatch, loadModel, readPatch, readPrompts, recordedReference, trainPatch } = api

const before = process.cwd()
afterAll(() => process.chdir(before))

/** What this package has beside core, or in place of core's. */
const own = [
  'checkDevice',
  'chooseDevice',
  'composePatches',
  'compressPatches',
  'createPatch',
  'defaultCacheFolder',
  'defineConfig',
  'distillPatch',
  'domainPairs',
  'endpointJudge',
  'endpointReference',
  'evaluateAbility',
  'evaluateDomain',
  'evaluateGrid',
  'evaluateInstructions',
  'evaluateMinimalPairs',
  'evaluateMultipleChoice',
  'evaluatePatch',
  'evaluatePerplexity',
  'evaluateRefusal',
  'exportOnnx',
  'fileStorage',
  'generatePairs',
  'hardenPatch',
  'hubSource',
  'importPeftPromptTuning',
  'jsonJudge',
  'klToReference',
  'llamaGuardJudge',
  'loadModel',
  'localSource',
  'modelCache',
  'offensiveLanguageScorer',
  'onnxruntimeBackend',
  'patchStore',
  'pypiSource',
  'readAbilityData',
  'readContexts',
  'readCrowsPairs',
  'readPairs',
  'readPatch',
  'readPrompts',
  'readReport',
  'rebasePatch',
  'recordedReference',
  'refusalClassifierJudge',
  'renderReport',
  'resolveModel',
  'selectivePrompts',
  'strongRejectJudge',
  'tfjsNodeBackend',
  'trainJointPatch',
  'trainPatch',
  'transformersScorer',
  'writeReport',
]

test("exports core's names and its own", () => {
  const held: Readonly<Record<string, unknown>> = core
  const exported: Readonly<Record<string, unknown>> = api
  const names = Object.keys(exported).sort()
  expect(names).toEqual([...new Set([...Object.keys(held), ...own])].sort())
  expect(names.filter((name) => exported[name] !== held[name])).toEqual(own)
})

test('trains, saves, reads and applies a patch with paths alone, and leaves nothing else', async () => {
  const folder = await temporaryFolder()
  process.chdir(folder)
  await writeTinyModel('tiny')
  await writeTinyData('.')
  const model = await loadModel('./tiny')
  const patch = await trainPatch({
    model,
    reference: await recordedReference('recorded.jsonl'),
    prompts: await readPrompts('prompts.jsonl'),
    generation: { maxTokens: 4 },
    prefix: { length: 2 },
    sft: { steps: 2, batchSize: 2 },
    dpo: false,
    validation: false,
  })
  expect(await readdir('.')).toEqual(['prompts.jsonl', 'recorded.jsonl', 'tiny'])
  await patch.save('patches/harmfulness')
  const read = await readPatch('patches/harmfulness')
  expect(read.manifest).toEqual(patch.manifest)
  expect(read.manifest.base.id).toBe('tiny')
  expect(read.prefix.embeddings).toEqual(patch.prefix.embeddings)

  const messages = [{ role: 'user', content: 'tea' }]
  const options = { maxTokens: 8 }
  let streamed = ''
  for await (const text of applyPatch(model, read).stream(messages, options)) streamed += text
  const direct = await model.withPrefix(patch.prefix).generate(messages, options)
  expect(streamed).toBe(direct.text)
  expect(streamed).not.toBe('')
  await model.dispose()
})

test('a directory keeps the run', async () => {
  const folder = await temporaryFolder()
  process.chdir(folder)
  await writeTinyModel('tiny')
  await writeTinyData('.')
  const model = await loadModel('tiny')
  await trainPatch({
    model,
    reference: await recordedReference('recorded.jsonl'),
    prompts: await readPrompts('prompts.jsonl'),
    generation: { maxTokens: 4 },
    prefix: { length: 2 },
    sft: { steps: 2, batchSize: 2 },
    dpo: false,
    validation: false,
    directory: 'run',
  })
  expect(await readdir('run')).toEqual([
    'pairs.jsonl',
    'pairs.jsonl.journal.jsonl',
    'prompts.chats.jsonl',
    'sft.safetensors',
  ])
  await model.dispose()
})
