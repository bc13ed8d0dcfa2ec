import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { fileStorage } from './file-storage.ts'
import { storageError } from './storage-error.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const inNamespace = (script: string) =>
  spawnSync('unshare', ['-Urm', 'sh', '-ec', script], { encoding: 'utf8' })

/** Lets a process of its own run the packages' sources. */
const fromSource = new URL('../../../../scripts/source.mjs', import.meta.url).href

describe('fileStorage', () => {
  test('writes, appends, lists, reads and removes', async () => {
    const folder = await temporaryFolder()
    const storage = fileStorage(folder)
    await storage.write('a/b/rows.jsonl', bytes('1\n'))
    await storage.append('a/b/rows.jsonl', bytes('2\n'))
    await storage.append('a/new.jsonl', bytes('3\n'))
    expect(readFileSync(join(folder, 'a/b/rows.jsonl'), 'utf8')).toBe('1\n2\n')
    expect(await storage.list('a')).toEqual(['b', 'new.jsonl'])
    expect(await storage.read('a/new.jsonl')).toEqual(bytes('3\n'))
    await storage.remove('a/b')
    await storage.remove('a/b')
    expect(await storage.exists('a/b')).toBe(false)
    expect(await storage.exists('a/new.jsonl')).toBe(true)
    expect(await storage.exists('a/new.jsonl/below')).toBe(false)
  })

  test('reads ranges, and says where a file is cut short', async () => {
    const folder = await temporaryFolder()
    writeFileSync(join(folder, 'weights'), '0123456789')
    const source = await fileStorage(folder).open('weights')
    expect(source.size).toBe(10)
    expect(new TextDecoder().decode(await source.read(3, 6))).toBe('345')
    await expect(source.read(8, 11)).rejects.toMatchObject({ code: 'TRUNCATED', found: '10' })
    await expect(source.read(0, 1e15)).rejects.toMatchObject({ code: 'TRUNCATED' })
    await truncate(join(folder, 'weights'), 4)
    await expect(source.read(3, 6)).rejects.toMatchObject({ code: 'TRUNCATED', found: '4' })
    await source.close()
  })

  test('names what is absent', async () => {
    const folder = await temporaryFolder()
    const storage = fileStorage(folder)
    await mkdir(join(folder, 'inner'))
    for (const failing of [
      () => storage.read('none'),
      () => storage.open('none'),
      () => storage.list('none'),
      () => storage.open('inner'),
    ]) {
      await expect(failing()).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringContaining(folder),
      })
    }
  })

  test('a write that cannot be finished leaves the old file and nothing else', async () => {
    const folder = await temporaryFolder()
    const storage = fileStorage(folder)
    await storage.write('kept', bytes('old'))
    await mkdir(join(folder, 'occupied', 'inner'), { recursive: true })
    // The rename fails: a file cannot take the place of a folder.
    await expect(storage.write('occupied', bytes('new'))).rejects.toMatchObject({ name: 'PatchError' })
    expect(readdirSync(folder).sort()).toEqual(['kept', 'occupied'])
  })

  test.skipIf(!existsSync('/dev/full'))(
    'a full device is STORAGE_FAILED (skipped without /dev/full)',
    async () => {
      const failing = fileStorage('/dev').append('full', bytes('row\n'))
      await expect(failing).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
        found: expect.stringContaining('ENOSPC'),
        remedy: expect.stringContaining('Free some space'),
      })
    },
  )

  const canMount = process.platform === 'linux' && inNamespace('mount -t tmpfs none /mnt').status === 0
  test.skipIf(!canMount)(
    'a disk that fills up keeps what was there (skipped where no tmpfs can be mounted)',
    async () => {
      const folder = await temporaryFolder()
      const script = join(folder, 'fill.mts')
      const module = new URL('./file-storage.ts', import.meta.url)
      writeFileSync(
        script,
        `import { readdirSync, readFileSync } from 'node:fs'
      import { fileStorage } from ${JSON.stringify(module.href)}
      const folder = process.argv[2]
      const storage = fileStorage(folder)
      await storage.write('patch', new Uint8Array(40_000))
      await storage.append('rows', new Uint8Array(8_192).fill(1))
      const codes = []
      for (const method of ['write', 'append']) {
        const file = method === 'write' ? 'patch' : 'rows'
        await storage[method](file, new Uint8Array(100_000)).catch((error) => codes.push(error.code))
      }
      const sizes = readdirSync(folder).map((name) => [name, readFileSync(folder + '/' + name).length])
      console.log(JSON.stringify({ codes, sizes }))`,
      )
      const node = `${process.execPath} --import ${fromSource}`
      const mounted = join(folder, 'disk')
      const run = inNamespace(
        `mkdir ${mounted}; mount -t tmpfs -o size=64k none ${mounted}; ${node} ${script} ${mounted}`,
      )
      expect(run.stderr).toBe('')
      expect(JSON.parse(run.stdout)).toEqual({
        codes: ['STORAGE_FAILED', 'STORAGE_FAILED'],
        sizes: [
          ['patch', 40_000],
          ['rows', 8_192],
        ],
      })
    },
  )

  const isRoot = process.getuid?.() === 0 || process.platform === 'win32'
  test.skipIf(isRoot)(
    'a folder without the right to write is STORAGE_FAILED (root may write anywhere)',
    async () => {
      const folder = await temporaryFolder()
      await chmod(folder, 0o500)
      await expect(fileStorage(folder).write('a', bytes('a'))).rejects.toMatchObject({
        code: 'STORAGE_FAILED',
      })
    },
  )

  test('a writer that is killed leaves the old file whole, and the next one cleans up', async () => {
    const folder = await temporaryFolder()
    const storage = fileStorage(folder)
    await storage.write('state', bytes('old'))
    const script = join(folder, 'kill.mts')
    // Killed at the sync: the bytes are written, the rename is still to come.
    writeFileSync(
      script,
      `import { open } from 'node:fs/promises'
      import { fileStorage } from ${JSON.stringify(new URL('./file-storage.ts', import.meta.url).href)}
      const handle = await open(process.argv[2] + '/probe', 'w')
      Object.getPrototypeOf(handle).sync = async () => process.kill(process.pid, 'SIGKILL')
      await fileStorage(process.argv[2]).write('state', new Uint8Array(1_000_000))`,
    )
    const node = ['--import', fromSource, script, folder]
    expect(spawnSync(process.execPath, node).signal).toBe('SIGKILL')
    const left = readdirSync(folder).find((name) => name.endsWith('.tmp'))
    expect(statSync(join(folder, left ?? 'no temporary file')).size).toBe(1_000_000)
    expect(readFileSync(join(folder, 'state'), 'utf8')).toBe('old')
    await fileStorage(folder).write('state', bytes('new'))
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

test.each([
  ['ENOSPC', 'STORAGE_FAILED', /space/],
  ['EDQUOT', 'STORAGE_FAILED', /quota/],
  ['EACCES', 'STORAGE_FAILED', /permission/],
  ['EPERM', 'STORAGE_FAILED', /permission/],
  ['EROFS', 'STORAGE_FAILED', /writable/],
  ['ENOENT', 'NOT_FOUND', /path/],
])('%s becomes %s with a remedy', (code, expected, remedy) => {
  const error = storageError(Object.assign(new Error(`${code}: no`), { code }), '/some/where')
  expect(error.code).toBe(expected)
  expect(error.remedy).toMatch(remedy)
  expect(error.message).toContain('/some/where')
})
