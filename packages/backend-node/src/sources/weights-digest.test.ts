import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelCache } from '../download/model-cache.ts'
import { weightsDigest } from './weights-digest.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policypatch-digest-'))
})
afterAll(() => rm(folder, { recursive: true }))

const shell = (command: string) =>
  execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' }).slice(0, 64)

test.skipIf(process.platform === 'win32')('is what sha256sum gives, of one file and of several', async () => {
  const cache = modelCache(join(folder, 'cache'))
  await mkdir(join(folder, 'one'))
  await writeFile(join(folder, 'one/model.safetensors'), 'weights')
  const one = await weightsDigest({ path: join(folder, 'one'), kind: 'safetensors' }, cache)
  expect(one).toBe(shell('sha256sum one/model.safetensors'))

  await mkdir(join(folder, 'two'))
  const names = ['b.safetensors', 'a.safetensors']
  for (const name of names) await writeFile(join(folder, 'two', name), name)
  await writeFile(join(folder, 'two/other.safetensors'), 'not of the model')
  const index = { weight_map: { x: 'b.safetensors', y: 'a.safetensors', z: 'b.safetensors' } }
  await writeFile(join(folder, 'two/model.safetensors.index.json'), JSON.stringify(index))
  const two = await weightsDigest({ path: join(folder, 'two'), kind: 'safetensors' }, cache)
  expect(two).toBe(shell('cd two && sha256sum a.safetensors b.safetensors | cut -c1-64 | sha256sum'))

  for (const part of [1, 2]) await writeFile(join(folder, `m-0000${part}-of-00002.gguf`), `${part}`)
  const parts = await weightsDigest({ path: join(folder, 'm-00001-of-00002.gguf'), kind: 'gguf' }, cache)
  expect(parts).toBe(shell('sha256sum m-*.gguf | cut -c1-64 | sha256sum'))
})

test('is computed once for a file, and again for one that is another', async () => {
  const cache = modelCache(join(folder, 'kept'))
  const path = join(folder, 'model.gguf')
  const digest = () => weightsDigest({ path, kind: 'gguf' }, cache)
  await writeFile(path, 'first')
  const first = await digest()
  const [record = ''] = await readdir(join(folder, 'kept/digests'))
  const kept = join(folder, 'kept/digests', record)
  // What is recorded is what is taken, so the file is not read.
  const { identity } = JSON.parse(execFileSync('cat', [kept], { encoding: 'utf8' }))
  await writeFile(kept, JSON.stringify({ identity, sha256: 'f'.repeat(64) }))
  expect(await digest()).toBe('f'.repeat(64))

  await writeFile(path, 'other')
  await utimes(path, 0, 0)
  expect(await digest()).not.toBe(first)
  await writeFile(kept, 'no record')
  expect(await digest()).toMatch(/^[0-9a-f]{64}$/)
})
