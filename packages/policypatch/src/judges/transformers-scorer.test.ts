import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { importTransformers, type TransformersLibrary } from './transformers-library.ts'
import { transformersScorer } from './transformers-scorer.ts'

/** Stands for the library: `toxic` by how often a text says bad, `insult` by how often worse, most probable first. */
function scriptedLibrary() {
  const loaded: unknown[][] = []
  const batches: number[] = []
  let disposed = false
  const library: TransformersLibrary = {
    env: { version: '4.0.0' },
    async pipeline(...asked) {
      loaded.push(asked)
      const classify = async (texts: string[]) => {
        batches.push(texts.length)
        return texts.map((text) =>
          [
            { label: 'toxic', score: (text.match(/bad/gu)?.length ?? 0) / 10 },
            { label: 'insult', score: (text.match(/worse/gu)?.length ?? 0) / 10 },
          ].sort((a, b) => b.score - a.score),
        )
      }
      return Object.assign(classify, {
        dispose: async () => {
          disposed = true
        },
      })
    },
  }
  return { library: async () => library, loaded, batches, isDisposed: () => disposed }
}

test('gives the probability of the most probable of its labels, in the order of the texts, in batches', async () => {
  const { library, loaded, batches, isDisposed } = scriptedLibrary()
  const scorer = await transformersScorer({ library, labels: ['toxic', 'insult'], batchSize: 2 })
  const texts = ['fine', 'bad bad', 'bad worse worse worse', '', 'bad']
  expect(await scorer.score(texts)).toEqual([0, 0.2, 0.3, 0, 0.1])
  expect(batches).toEqual([1, 2, 2, 1])
  expect(await scorer.score([])).toEqual([])
  expect(loaded).toEqual([
    [
      'text-classification',
      'Xenova/toxic-bert',
      { dtype: 'fp32', revision: 'main', local_files_only: false },
    ],
  ])
  expect(scorer.name).toBe('transformers:Xenova/toxic-bert')
  expect(scorer.settings).toMatchObject({ labels: ['toxic', 'insult'], dtype: 'fp32', library: '4.0.0' })
  await scorer.dispose()
  expect(isDisposed()).toBe(true)
})

test('takes a folder, and names it without its place', async () => {
  const { library, loaded } = scriptedLibrary()
  const folder = join(await temporaryFolder(), 'own-classifier')
  await mkdir(folder)
  const scorer = await transformersScorer({ model: folder, library })
  expect(loaded[0]?.slice(1)).toEqual([folder, { dtype: 'fp32', revision: 'main', local_files_only: true }])
  expect(scorer.name).toBe('transformers:own-classifier')
  expect(JSON.stringify(scorer.settings)).not.toContain(folder)
  expect(await scorer.score(['bad worse worse'])).toEqual([0.1])
})

test('refuses a label that the model does not have, before anything is scored', async () => {
  const { library } = scriptedLibrary()
  for (const labels of [['toxic', 'LABEL_1'], []]) {
    await expect(transformersScorer({ library, labels })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      expected: expect.stringMatching(/toxic.*insult/),
    })
  }
  await expect(transformersScorer({ library, batchSize: 0 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})

test('says what to install where the library is missing', async () => {
  await expect(importTransformers('@huggingface/transformers-is-not-here')).rejects.toMatchObject({
    code: 'BACKEND_FAILED',
    remedy: expect.stringMatching(/npm install @huggingface/),
  })
})

test.each([
  ['ModelFileNotFoundError', 'Local file missing at "x/config.json"', 'NOT_FOUND'],
  ['Error', 'Could not locate file: "https://x/config.json".', 'NOT_FOUND'],
  ['TypeError', 'fetch failed', 'UNREACHABLE'],
  ['Error', 'Unauthorized access to file: "https://x/config.json".', 'UNREACHABLE'],
  ['Error', 'Gateway timeout error occurred while trying to load file: "https://x".', 'UNREACHABLE'],
  ['Error', 'Protobuf parsing failed.', 'BACKEND_FAILED'],
])('tells why a model was not loaded: %s %s', async (name, message, code) => {
  const { library } = scriptedLibrary()
  const failing = async () => ({
    ...(await library()),
    pipeline: () => Promise.reject(Object.assign(new Error(message), { name })),
  })
  await expect(transformersScorer({ library: failing })).rejects.toMatchObject({
    code,
    found: message.replace(/\.$/u, ''),
  })
})

test('stops when aborted', async () => {
  const { library } = scriptedLibrary()
  const scorer = await transformersScorer({ library })
  await expect(scorer.score(['x'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  })
})
