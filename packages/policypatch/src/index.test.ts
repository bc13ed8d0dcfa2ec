import { readdir, readFile } from 'node:fs/promises'
import * as core from '@policypatch/core'
import { afterAll, expect, test } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder, writeTinyData } from '../test/fixtures.ts'
import * as api from './index.ts'

const { applyPatch, loadModel, readPatch, readPrompts, recordedReference, trainPatch } = api

const before = process.cwd()
afterAll(() => process.chdir(before))

test.each(['pairs', 'train', 'patch', 'evaluate', 'platform'])(
  "/%s has all of core's names",
  async (door) => {
    const ours = await import(`./doors/${door}.ts`)
    const theirs = await import(`../../core/src/doors/${door}.ts`)
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)))
    // What is at the first door is not at another.
    expect(Object.keys(ours).filter((name) => name in api)).toEqual([])
  },
)

test("the first door has all of core's names, and at most 40 with its types", async () => {
  expect(Object.keys(api)).toEqual(expect.arrayContaining(Object.keys(core)))
  const report = await readFile(new URL('../api/policypatch.api.md', import.meta.url), 'utf8')
  const names = [...report.matchAll(/^export (?:\{ )?(?:declare )?(?:\w+ )?(\w+)/gm)].map(([, name]) => name)
  expect(names).toEqual(expect.arrayContaining(Object.keys(api)))
  expect(new Set(names).size).toBeLessThanOrEqual(40)
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
