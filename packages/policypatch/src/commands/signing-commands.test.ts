import { cp, readFile, stat, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject({ trained: false })
const fixture = fileURLToPath(new URL('../../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url))

beforeAll(() => cp(fixture, at('released'), { recursive: true }))

test('keygen, sign and verify follow each other; what was changed since is refused', async () => {
  process.env.TEST_PASSPHRASE = 'a passphrase'
  const made = await succeed('keygen', '--out', 'release', '--passphrase-env', 'TEST_PASSPHRASE')
  expect(made.stdout + made.stderr).not.toContain('a passphrase')
  expect((await stat(at('release.pem'))).mode & 0o777).toBe(0o600)
  expect(await readFile(at('release.pem'), 'utf8')).toContain('ENCRYPTED PRIVATE KEY')

  const sign = ['sign', 'released', '--key', 'release.pem']
  const locked = await run(sign)
  expect(locked).toMatchObject({ code: 1, stdout: '' })
  expect(locked.stderr).toContain('--passphrase-env')
  await succeed(...sign, '--passphrase-env', 'TEST_PASSPHRASE')

  await succeed('keygen', '--out', 'other')
  const { stdout } = await succeed('verify', 'released', '--key', 'other.pub', 'release.pub', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ files: expect.arrayContaining(['patch.json']) })
  expect(await run(['verify', 'released', '--key', 'other.pub'])).toMatchObject({ code: 1 })

  await writeFile(at('released/README.md'), 'changed')
  const { code, stderr } = await run(['verify', 'released', '--key', 'release.pub'])
  expect(code).toBe(1)
  expect(stderr).toContain('error SIGNATURE_INVALID')
  expect(stderr).toContain('README.md changed')
})

test('keygen replaces no key', async () => {
  await succeed('keygen', '--out', 'kept')
  const before = await readFile(at('kept.pem'), 'utf8')
  expect(await run(['keygen', '--out', 'kept'])).toMatchObject({ code: 1 })
  expect(await readFile(at('kept.pem'), 'utf8')).toBe(before)
})
