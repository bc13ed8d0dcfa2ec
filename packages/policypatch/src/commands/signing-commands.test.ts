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

test('a second signer, a provenance and a trust policy; without one a patch that is not signed is said to be', async () => {
  await cp(fixture, at('policy'), { recursive: true })
  const unsigned = await succeed('inspect', 'policy', '--json')
  expect(unsigned.stderr).toBe('tiny-harmfulness 1.0.0 is not signed\n')
  expect(JSON.parse(unsigned.stdout)).toHaveProperty('manifest')
  for (const name of ['vendor', 'auditor']) await succeed('keygen', '--out', name)
  await succeed('sign', 'policy', '--key', 'vendor.pem')
  const policy = {
    format: 'policypatch-trust/v1',
    signers: Object.fromEntries(
      await Promise.all(
        ['vendor', 'auditor'].map(async (name) => [
          name,
          { publicKey: await readFile(at(`${name}.pub`), 'utf8') },
        ]),
      ),
    ),
    rules: [{ domains: ['harmfulness'], signers: ['vendor', 'auditor'], threshold: 2, provenance: true }],
  }
  await writeFile(at('trust.json'), JSON.stringify(policy))
  await writeFile(
    at('trust.mjs'),
    `export default ${JSON.stringify({ ...policy, rules: [{ signers: ['vendor'] }] })}`,
  )
  await succeed('verify', 'policy', '--trust', 'trust.mjs')
  for (const command of ['inspect', 'install']) {
    const { code, stderr } = await run([command, 'policy', '--trust', 'trust.json'])
    expect(code).toBe(1)
    expect(stderr).toContain('error NOT_TRUSTED')
  }
  expect((await succeed('inspect', 'policy')).stderr).toContain('was not verified: there is no trust policy')
  expect((await succeed('sign', 'policy', '--key', 'auditor.pem', '--add')).stdout).toContain('model.2.sig')
  expect((await succeed('verify', 'policy', '--trust', 'trust.json')).stdout).toContain(
    'by the key vendor and the key auditor; its provenance is right',
  )
  expect((await succeed('inspect', 'policy', '--trust', 'trust.json')).stderr).toBe('')
  process.env.POLICYPATCH_TRUST = 'trust.json'
  try {
    expect((await succeed('inspect', 'policy')).stderr).toBe('')
    await writeFile(at('policy/README.md'), 'changed')
    expect((await run(['inspect', 'policy'])).stderr).toContain('DIGEST_MISMATCH')
  } finally {
    delete process.env.POLICYPATCH_TRUST
  }
})

test('sign and verify say which options belong together', async () => {
  const usages = [
    ['sign', 'released'],
    ['sign', 'released', '--key', 'a', '--identity-token-env', 'B'],
    ['sign', 'released', '--key', 'a', '--log', 'http://127.0.0.1'],
    ['verify', 'released'],
    ['verify', 'released', '--identity', 'a'],
    ['verify', 'released', '--key', 'release.pub', '--subject', 'a'],
    ['verify', 'released', '--key', 'release.pub', '--trust', 'trust.json'],
  ]
  for (const usage of usages) expect(await run(usage), usage.join(' ')).toMatchObject({ code: 2, stdout: '' })
})
