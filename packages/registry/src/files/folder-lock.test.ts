import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withFolderLock } from './folder-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('one at a time has it, and what they do is not lost', async () => {
  const file = join(folder, 'count')
  await writeFile(file, '0')
  const add = () =>
    withFolderLock(join(folder, '.lock'), async () => {
      const before = Number(await readFile(file, 'utf8'))
      await pause(5)
      await writeFile(file, String(before + 1))
    })
  await Promise.all(Array.from({ length: 12 }, add))
  expect(await readFile(file, 'utf8')).toBe('12')
  expect(await readdir(join(folder, '.lock'))).toEqual(['12.free'])
})

test('that of a process which is gone is taken over by one of many, that of a running one is waited for', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  const { hostname } = await import('node:os')
  await writeFile(join(folder, '7.held'), `process ${child.pid} on ${hostname()}\n`)
  const taken = withFolderLock(folder, async () => undefined, { patience: 100 })
  await expect(taken).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    found: expect.stringContaining(`${child.pid}`),
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
  let inside = 0
  const most: number[] = []
  await Promise.all(
    Array.from({ length: 8 }, () =>
      withFolderLock(folder, async () => {
        most.push(++inside)
        await pause(5)
        inside--
      }),
    ),
  )
  expect(most).toEqual(Array(8).fill(1))
  expect(await readdir(folder)).toEqual(['15.free'])
})

test('who lost it is told so before what cannot be undone', async () => {
  const lost = withFolderLock(folder, async (checkHeld) => {
    await checkHeld()
    await rm(join(folder, '1.held'))
    await checkHeld()
  })
  await expect(lost).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})
