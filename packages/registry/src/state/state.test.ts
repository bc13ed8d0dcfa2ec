import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Patch } from '@policypatch/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tinyBase, tinyPatch } from '../../test/tiny-patch.ts'
import { installLocked } from './ci.ts'
import { why } from './explain.ts'
import { install } from './install.ts'
import { installedPatches, versionInUse } from './installed.ts'
import { outdated } from './outdated.ts'
import { remove } from './remove.ts'
import { rollback } from './rollback.ts'
import { projectState } from './state-place.ts'
import { readHistory, readState } from './transaction.ts'
import { pin, upgrade } from './upgrade.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'))
  await writeFile(join(folder, 'policypatch.json'), '{}')
})
afterEach(() => rm(folder, { recursive: true }))

const at = (path: string) => join(folder, path)
const notices: string[] = []
const context = (command = 'test') => ({
  ...{ place: projectState(folder), command, cache: at('cache') },
  onNotice: (line: string) => notices.push(line),
})
const save = async (path: string, patch: Promise<Patch>) =>
  (await patch).save({ storage: fileStorage(), path: at(path) })
const files = async () =>
  Promise.all(
    ['policypatch.json', 'policypatch.lock'].map(async (name) =>
      JSON.parse(await readFile(at(name), 'utf8')),
    ),
  )
const used = async () => {
  const { lock } = await readState(projectState(folder))
  return Object.entries(lock.models[tinyBase.id] ?? {}).map(([name, { version }]) => `${name}@${version}`)
}

describe('a project', () => {
  test('says what is wanted and what is used', async () => {
    await save('a', tinyPatch('calm', '1.0.0'))
    const entry = await install(context('install a'), [at('a')])
    const [project, lock] = await files()
    expect(project).toEqual({ models: { 'tiny/llama': { calm: 'file:a' } } })
    expect(lock.models['tiny/llama'].calm).toMatchObject({ version: '1.0.0', source: 'file:a', signers: [] })
    expect(entry?.added).toEqual([
      { name: 'calm', version: '1.0.0', digest: lock.models['tiny/llama'].calm.digest },
    ])
    expect(await readHistory(projectState(folder))).toEqual([entry])
    expect(await install(context(), [])).toBeUndefined()
    const [stored] = await installedPatches(projectState(folder))
    expect(stored).toMatchObject({ patch: { manifest: { name: 'calm' } }, used: { model: 'tiny/llama' } })
  })

  test('is upgraded and rolled back, step by step, and the journal tells it', async () => {
    for (const version of ['1.0.0', '1.0.1', '1.0.2']) {
      await save('a', tinyPatch('calm', version))
      await upgradeOrInstall()
    }
    expect(await used()).toEqual(['calm@1.0.2'])
    await rollback(context('rollback'))
    expect(await versionInUse(projectState(folder), 'calm')).toBe('1.0.1')
    await rollback(context('rollback calm'), 'calm')
    expect(await used()).toEqual(['calm@1.0.0'])
    await rollback(context('rollback'))
    expect(await used()).toEqual([])
    expect((await files())[0]).toEqual({})
    await expect(rollback(context())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const history = await readHistory(projectState(folder))
    expect(history.map(({ command }) => command)).toEqual([
      ...['install', 'upgrade', 'upgrade', 'rollback', 'rollback calm', 'rollback'],
    ])
  })

  test('is brought to what is locked on another machine, and to nothing else', async () => {
    await save('a', tinyPatch('calm', '1.0.0'))
    await install(context(), [at('a')])
    await rm(at('.policypatch'), { recursive: true })
    await installLocked(context('ci'))
    expect(await used()).toEqual(['calm@1.0.0'])
    expect(await installLocked(context('ci'))).toBeUndefined()
    await rm(at('.policypatch'), { recursive: true })
    await save('a', tinyPatch('calm', '1.0.0', { seed: 1 }))
    await expect(installLocked(context())).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    await writeFile(at('policypatch.json'), JSON.stringify({ models: { 'tiny/llama': { calm: 'file:b' } } }))
    await expect(installLocked(context())).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  })

  test('takes no other content under a version that it has had, unless that is said', async () => {
    await save('a', tinyPatch('calm', '1.0.0'))
    await install(context(), [at('a')])
    await remove(context(), 'calm')
    expect(await installedPatches(projectState(folder))).toEqual([])
    await save('a', tinyPatch('calm', '1.0.0', { seed: 1 }))
    await expect(install(context(), [at('a')])).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    notices.length = 0
    await install(context(), [at('a')], { replace: true })
    expect(notices).toContain('calm 1.0.0 has other content than before')
    expect(await used()).toEqual(['calm@1.0.0'])
  })

  test('has what its patches require, and says why', async () => {
    await save('a', tinyPatch('calm', '1.0.0', { requires: ['base@^1.0.0'] }))
    await save('b', tinyPatch('base', '1.2.0'))
    await expect(install(context(), [at('a')])).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await install(context(), [at('a'), at('b')])
    expect(await why(projectState(folder), 'base')).toMatchObject([
      { model: 'tiny/llama', wanted: 'file:b', requiredBy: ['calm 1.0.0'] },
    ])
    await expect(remove(context(), 'base')).rejects.toMatchObject({ code: 'PATCH_CONFLICT' })
    await save('c', tinyPatch('loud', '1.0.0', { conflicts: ['calm'] }))
    await expect(install(context(), [at('c')])).rejects.toMatchObject({
      code: 'PATCH_CONFLICT',
      found: expect.stringContaining('loud 1.0.0 conflicts with calm 1.0.0 (calm)'),
    })
    expect(await used()).toEqual(['base@1.2.0', 'calm@1.0.0'])
  })

  test('replaces what a patch supersedes', async () => {
    await save('a', tinyPatch('calm', '1.0.0'))
    await install(context(), [at('a')])
    await save('n', tinyPatch('calmer', '1.0.0', { supersedes: ['calm'] }))
    notices.length = 0
    await install(context(), [at('n')])
    expect(notices).toContain('calmer 1.0.0 takes the place of calm')
    expect(await used()).toEqual(['calmer@1.0.0'])
    await rollback(context())
    expect(await used()).toEqual(['calm@1.0.0'])
  })

  test('shows what is outdated, and pins', async () => {
    await save('a', tinyPatch('calm', '1.0.0'))
    await install(context(), [at('a')])
    expect(await outdated(context())).toEqual([])
    await save('a', tinyPatch('calm', '1.1.0'))
    expect(await outdated(context())).toEqual([
      { model: 'tiny/llama', name: 'calm', version: '1.0.0', inRange: '1.1.0', newest: '1.1.0' },
    ])
    await expect(pin(context(), 'calm', '1.1.0')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    await expect(pin(context(), 'other', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('refuses a file that says something else', async () => {
    await writeFile(at('policypatch.json'), '{"model": {}}')
    await expect(install(context(), [])).rejects.toMatchObject({ code: 'MALFORMED' })
  })
})

async function upgradeOrInstall() {
  if ((await used()).length === 0) await install(context('install'), [at('a')])
  else await upgrade(context('upgrade'), [])
}
