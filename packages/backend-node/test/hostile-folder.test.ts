import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createPatch, type Patch, patchStore, readPatch } from '@policypatch/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../core/test/patch/tiny-patch.ts'
import { fileStorage } from '../src/files/file-storage.ts'
import { temporaryFolder } from './fixtures.ts'

let folder = ''
let patch: Patch
const at = (...names: readonly string[]) => join(folder, ...names)
const read = (name = 'tiny') => readPatch({ storage: fileStorage(), path: at(name) })

beforeEach(async () => {
  folder = await temporaryFolder()
  patch = await createPatch({ manifest: tinyManifest, prefix: tinyPrefix })
  await patch.save({ storage: fileStorage(), path: at('tiny') })
})

const files = ['patch.json', 'README.md', 'adapter_config.json', 'adapter_model.safetensors']
const onUnix = describe.skipIf(process.platform === 'win32')

onUnix('in a folder of a stranger only files are opened (skipped where there are no links and pipes)', () => {
  test.each(files)('%s that is a link', async (file) => {
    await rename(at('tiny', file), at(file))
    await symlink(at(file), at('tiny', file))
    await expect(read()).rejects.toMatchObject({ code: 'NOT_FOUND', found: expect.stringContaining('link') })
  })

  test('a link to a file of this machine shows nothing of it', async () => {
    await writeFile(at('secret'), 'the secret')
    for (const target of [at('secret'), '../secret', '/etc/passwd', 'patch.json', '/dev/zero']) {
      await rm(at('tiny', 'patch.json'))
      await symlink(target, at('tiny', 'patch.json'))
      const error = await read().catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ name: 'PatchError' })
      expect(String(error)).not.toMatch(/the secret|root:/)
    }
  })

  test.each(files)('%s that is a named pipe, a socket, a device or a folder', async (file) => {
    const path = at('tiny', file)
    await rm(path)
    execFileSync('mkfifo', [path])
    await expect(read()).rejects.toMatchObject({ name: 'PatchError', found: expect.stringContaining('pipe') })
    await rm(path)
    const server = createServer().listen(path)
    await expect(read()).rejects.toMatchObject({ name: 'PatchError' })
    await new Promise((resolve) => server.close(resolve))
    await rm(path, { force: true })
    await mkdir(path)
    await expect(read()).rejects.toMatchObject({ name: 'PatchError' })
  })

  test('the folder itself may be a link', async () => {
    await symlink(at('tiny'), at('linked'))
    expect((await read('linked')).files).toEqual(patch.files)
  })

  test('what takes the place of a replacement is no way to other folders', async () => {
    const store = patchStore({ storage: fileStorage(), path: at('installed') })
    await store.install(patch)
    await mkdir(at('evil'))
    await symlink(at('installed', patch.manifest.name, '1.0.0'), at('evil', '.incoming'))
    await expect(read('evil')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await patch.save({ storage: fileStorage(), path: at('evil') })
    expect((await store.get(patch.manifest.name)).files).toEqual(patch.files)
    expect(readdirSync(at('evil')).sort()).toEqual([...files].sort())
  })

  test('a pipe that rows are added to is not waited for', async () => {
    execFileSync('mkfifo', [at('rows')])
    await expect(fileStorage().append(at('rows'), new Uint8Array(1))).rejects.toMatchObject({
      name: 'PatchError',
    })
  })
})

test.each(files)('%s of 3 GB is refused before it is read', async (file) => {
  await truncate(at('tiny', file), 3e9)
  const start = performance.now()
  await expect(read()).rejects.toMatchObject({ code: 'UNSUPPORTED', found: '3000000000' })
  expect(performance.now() - start).toBeLessThan(1000)
})

describe('temporary files of processes that were killed', () => {
  const old = new Date(Date.now() - 2 * 3_600_000)
  const create = async (name: string, isOld = false) => {
    const handle = await open(at(name), 'w')
    if (isOld) await handle.utimes(old, old)
    await handle.close()
  }

  test('are removed at the next write, and nothing else is', async () => {
    const gone = execFileSync(process.execPath, [
      '-p',
      'os.hostname().replace(/[^\\w-]/g, "-") + "." + process.pid',
    ])
      .toString()
      .trim()
    const host = gone.replace(/\.\d+$/, '')
    const uuid = '123e4567-e89b-42d3-a456-426614174000'
    const kept = [
      `.a.${host}.${process.pid}.0123abcd.tmp`,
      `.b.elsewhere.${gone.split('.').at(-1)}.0123abcd.tmp`,
      `.c.${uuid}.tmp`,
      `d.${gone}.0123abcd.tmp`,
      `.e.${gone}.tmp`,
      '.f.tmp',
    ]
    for (const name of kept) await create(name, /^(d|\.e|\.f)\./.test(name))
    await mkdir(at(`.g.${gone}.0123abcd.tmp`))
    for (const name of [`.h.${gone}.0123abcd.tmp`]) await create(name)
    for (const name of [`.i.elsewhere.1.0123abcd.tmp`, `.j.${uuid}.tmp`]) await create(name, true)
    await fileStorage().write(at('state'), new Uint8Array(1))
    expect(readdirSync(folder).sort()).toEqual([...kept, `.g.${gone}.0123abcd.tmp`, 'state', 'tiny'].sort())
  })

  test('are not those of writers that are at work', async () => {
    const storages = Array.from({ length: 20 }, () => fileStorage())
    await Promise.all(storages.map((storage, i) => storage.write(at('shared'), new Uint8Array(1e5).fill(i))))
    expect(new Set(readFileSync(at('shared'))).size).toBe(1)
    expect(readdirSync(folder).sort()).toEqual(['shared', 'tiny'])
  })
})
