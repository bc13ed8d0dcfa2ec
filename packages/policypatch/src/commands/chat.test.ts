import { PassThrough } from 'node:stream'
import { createPatch, type LanguageModel, type Patch } from '@policypatch/core'
import { describeBase } from '@policypatch/core/patch'
import { initPrefix } from '@policypatch/core/train'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { writeTinyModel } from '../../../core/test/models/tiny-model.ts'
import { tinyManifest } from '../../../core/test/patch/tiny-patch.ts'
import { temporaryFolder } from '../../test/fixtures.ts'
import { loadModel } from '../load-model.ts'
import { findPatch } from '../patches/find-patch.ts'
import '../platform-storage.ts'
import { chat } from './chat.ts'

let base: LanguageModel
let patch: Patch
let folder = ''
beforeAll(async () => {
  folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  base = await loadModel(`${folder}/tiny`)
  const prefix = initPrefix(base, { length: 4, init: 'random', seed: 1 })
  const manifest = { ...tinyManifest, name: 'tiny', version: '0.1.0', base: await describeBase(base) }
  patch = await createPatch({ manifest: { ...manifest, prefix: { length: 4, init: 'random' } }, prefix })
  await patch.save(`${folder}/patch`)
})
afterAll(() => base.dispose())

let printed = ''
beforeEach(() => {
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text
    return true
  })
})
afterEach(() => void vi.restoreAllMocks())

async function said(...lines: readonly string[]): Promise<string[]> {
  const input = new PassThrough()
  input.end(lines.map((line) => `${line}\n`).join(''))
  await chat({ base, patches: [patch], opening: [], sampling: { maxTokens: 6 }, findPatch, input })
  return printed.split(/^> |\n> /)
}

test('begins with a banner, has help, and names a command that there is not', async () => {
  const [banner, help, unknown] = await said('/help', '/nothing')
  expect(banner).toBe('tiny with tiny 0.1.0. Type /help for the commands. An empty line ends the chat.')
  for (const command of ['/patch', '/base', '/new', '/help', '/quit']) expect(help).toContain(command)
  expect(unknown).toBe('There is no command /nothing. Type /help for the commands.')
})

test('switches between the base and patches, and forgets', async () => {
  const [, patched, off, , plain, on, , again] = await said(
    ...['tea', '/base', '/new', 'tea', '/patch', '/new', 'tea'],
  )
  expect([off, on]).toEqual(['Answering with tiny without a patch.', 'Answering with tiny with tiny 0.1.0.'])
  expect(plain).not.toBe(patched)
  expect(again).toBe(patched)
})

test('takes another patch by its place, and goes on where there is none', async () => {
  const [, none, other, end] = await said(`/patch ${folder}/none`, `/patch ${folder}/patch`, '/quit', 'tea')
  expect(none).toMatch(/^Expected .*none/)
  expect(other).toBe('Answering with tiny with tiny 0.1.0.')
  expect(end).toBe('')
})

test('a line that only begins like a command is said to the model', async () => {
  const [, answer] = await said('/etc/passwd')
  expect(answer).not.toContain('There is no')
})
