/**
 * Checks that the Python package model-signing and policypatch verify each other's signatures: by a key and by a certificate,
 * alone and next to another signature, and by a Sigstore identity, with local stand-ins for the services. Each must also reject a
 * modified file.
 *
 *   npm run check:exports
 */
import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { certificateSigner, identitySigner, trustedCertificate, trustedIdentity } from '@policypatch/registry'
import { addSignature, type PatchSigner, signPatch, type TrustedSigner, verifyPatch } from 'policypatch/patch'
import { certify } from '../../packages/registry/test/certificates.ts'
import { startStandIns } from '../../packages/registry/test/sigstore/stand-ins.ts'
import { pythonInterpreter } from '../../timing/python.ts'
import { quietEnvironment } from '../sides/command.ts'

const fixture = fileURLToPath(
  new URL('../../packages/core/fixtures/patches/v1/tiny-harmfulness', import.meta.url),
)
const email = 'release@example.com'

/** A way of signing, on both sides. */
interface Mode {
  readonly name: string
  readonly signer: PatchSigner | string
  readonly trusted: TrustedSigner | string
  /** Options of model-signing. Without `sign` it only verifies. */
  readonly sign?: readonly string[]
  readonly verify: readonly string[]
}

const folder = await mkdtemp(join(tmpdir(), 'policypatch-signatures-'))
const services = await startStandIns()
let failed = 0
try {
  const root = await certify('root', { isAuthority: true })
  const middle = await certify('middle', { issuer: root, isAuthority: true })
  const own = await certify('own', { issuer: middle, email })
  const file = async (name: string, text: string | Uint8Array) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const key = await file('own.pem', own.privateKey)
  const publicKey = own.certificate.publicKey.toString('pem')
  const modes: readonly Mode[] = [
    {
      ...{ name: 'key', signer: own.privateKey, trusted: publicKey },
      sign: ['key', '--private_key', key],
      verify: ['key', '--public_key', await file('own.pub', publicKey)],
    },
    {
      name: 'certificate',
      signer: await certificateSigner({
        privateKey: own.privateKey,
        certificate: own.pem,
        chain: middle.pem,
      }),
      trusted: trustedCertificate({ authorities: root.pem, subject: email }),
      sign: [
        ...['certificate', '--private_key', key, '--signing_certificate', await file('own.crt', own.pem)],
        ...['--certificate_chain', await file('middle.crt', middle.pem)],
      ],
      verify: ['certificate', '--certificate_chain', await file('root.crt', root.pem)],
    },
    {
      name: 'identity',
      signer: identitySigner({ ...services, identityToken: await services.token(email) }),
      trusted: await trustedIdentity({ ...services, identity: email }),
      verify: [
        ...['sigstore', '--identity', email, '--identity_provider', services.issuer],
        ...['--trust_config', await file('trust.json', trustConfig())],
      ],
    },
  ]
  for (const mode of modes) {
    const patch = await copyOf(`${mode.name}-ours`)
    await signPatch(patch, { signer: mode.signer })
    await check(`model-signing verifies ours, ${mode.name}`, true, () => verifiedByPython(mode, patch))
    await addSignature(patch, { signer: own.privateKey })
    await check(`and beside a further signature`, true, () => verifiedByPython(mode, patch))
    await writeFile(join(patch, 'README.md'), 'changed')
    await check('and not with a file changed', false, () => verifiedByPython(mode, patch))
    if (!mode.sign) continue
    const theirs = await copyOf(`${mode.name}-theirs`)
    await python('sign', ...mode.sign, '--signature', join(theirs, 'model.sig'), theirs)
    const verified = () => verifyPatch(theirs, { signers: [mode.trusted] })
    await check(`ours verifies model-signing's, ${mode.name}`, true, verified)
    await writeFile(join(theirs, 'README.md'), 'changed')
    await check('and not with a file changed', false, verified)
  }
} finally {
  await services.close()
  await rm(folder, { recursive: true })
}
if (failed > 0) process.exitCode = 1

async function copyOf(name: string): Promise<string> {
  await cp(fixture, join(folder, name), { recursive: true })
  return join(folder, name)
}

function verifiedByPython({ verify }: Mode, patch: string): Promise<void> {
  return python('verify', ...verify, '--signature', join(patch, 'model.sig'), patch)
}

async function check(what: string, expected: boolean, run: () => Promise<unknown>): Promise<void> {
  const error = await run().then(
    () => undefined,
    (cause: unknown) => cause,
  )
  const ok = (error === undefined) === expected
  if (!ok) failed++
  console.log(
    `${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : `: ${error instanceof Error ? error.message : error}`}`,
  )
}

function python(...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(pythonInterpreter(), ['-m', 'model_signing', ...args], { env: quietEnvironment })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece) => {
        said += piece
      })
    }
    child.on('error', reject)
    child.on('close', (status) => (status === 0 ? resolve() : reject(new Error(said.trim().slice(-600)))))
  })
}

/** A Sigstore client configuration with the trusted root of the stand-ins. */
function trustConfig(): string {
  return JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json',
    trustedRoot: JSON.parse(new TextDecoder().decode(services.trustedRoot)),
    signingConfig: {
      mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
      caUrls: [],
      oidcUrls: [],
      rekorTlogUrls: [],
      tsaUrls: [],
      rekorTlogConfig: { selector: 'ANY' },
      tsaConfig: { selector: 'ANY' },
    },
  })
}
