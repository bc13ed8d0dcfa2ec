/**
 * Checks that any change to a signed patch is detected: verifies a released patch with each bit of its small files flipped, and
 * 2,000 bits of its tensor, and with each file added, removed, renamed and linked. Signs with a key, a certificate and a Sigstore
 * identity with local stand-ins.
 *
 *   node --import ./scripts/source.mjs scripts/flip-signed-patch.ts [key] [certificate] [identity]
 *
 * Takes a minute each for a key and a certificate, and ten for an identity. Fails if a change is accepted.
 */
import { cp, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError } from '@policypatch/core'
import {
  type PatchSigner,
  signPatch,
  type TrustedSigner,
  trustSigners,
  verifyPatch,
} from '@policypatch/core/patch'
import { createRandom } from '@policypatch/core/platform'
import { certificateSigner, identitySigner, trustedCertificate, trustedIdentity } from '@policypatch/registry'
import { flipBits } from '../packages/core/test/patch/flip-bits.ts'
import { certify } from '../packages/registry/test/certificates.ts'
import { startStandIns } from '../packages/registry/test/sigstore/stand-ins.ts'

const fixture = fileURLToPath(
  new URL('../packages/core/fixtures/patches/v1/tiny-harmfulness', import.meta.url),
)
const tensorFlips = 2000
const subject = 'release@example.com'

interface Pair {
  readonly signer: PatchSigner | string
  readonly trusted: TrustedSigner | string
  close?(): Promise<void>
}

const pairs: Readonly<Record<string, () => Promise<Pair>>> = {
  async key() {
    const { privateKey, certificate } = await certify('key')
    return { signer: privateKey, trusted: certificate.publicKey.toString('pem') }
  },
  async certificate() {
    const root = await certify('root', { isAuthority: true })
    const own = await certify('own', { issuer: root, email: subject })
    const signer = await certificateSigner({ privateKey: own.privateKey, certificate: own.pem })
    return { signer, trusted: trustedCertificate({ authorities: root.pem, subject }) }
  },
  async identity() {
    const services = await startStandIns()
    const { issuer, trustedRoot } = services
    return {
      signer: identitySigner({ ...services, identityToken: await services.token(subject) }),
      trusted: await trustedIdentity({ identity: subject, issuer, trustedRoot }),
      close: services.close,
    }
  },
}

const asked = process.argv.slice(2)
let failed = false
for (const [name, open] of Object.entries(pairs)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const pair = await open()
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-flips-'))
  try {
    const patch = join(folder, 'patch')
    await cp(fixture, patch, { recursive: true })
    const place = { storage: fileStorage(), path: patch }
    await signPatch(place, { signer: pair.signer })
    const trust = await trustSigners([pair.trusted])
    const { integer } = createRandom(0)
    const { flips, accepted } = await flipBits(
      place,
      (files) => trust.verify({ files } as Patch),
      (file, bytes) =>
        file.endsWith('.safetensors')
          ? Array.from({ length: tensorFlips }, () => integer(8 * bytes.length))
          : Array.from({ length: 8 * bytes.length }, (_, bit) => bit),
    )
    const changes = await changedFolders(folder, patch, pair.trusted)
    const all = [...accepted, ...changes.accepted]
    console.log(`${name}: ${flips} bits flipped, ${changes.count} changes of files; accepted: ${all.length}`)
    for (const one of all.slice(0, 20)) console.log(`  ${one}`)
    failed ||= all.length > 0
  } finally {
    await pair.close?.()
    await rm(folder, { recursive: true })
  }
}
if (failed) process.exitCode = 1

/** Verifies the folder with each of its files removed, renamed, moved and linked, and with one added. */
async function changedFolders(folder: string, patch: string, trusted: TrustedSigner | string) {
  const accepted: string[] = []
  let count = 0
  const tried = async (what: string, change: (copy: string) => Promise<unknown>) => {
    const copy = join(folder, `copy-${count++}`)
    await cp(patch, copy, { recursive: true })
    await change(copy)
    const outcome = await verifyPatch({ storage: fileStorage(), path: copy }, { signers: [trusted] }).then(
      () => 'accepted',
      (error: unknown) => (error instanceof PatchError ? error.code : String(error)),
    )
    if (outcome !== 'SIGNATURE_INVALID') accepted.push(`${what}: ${outcome}`)
    await rm(copy, { recursive: true })
  }
  for (const name of await readdir(patch)) {
    await tried(`${name} removed`, (copy) => rm(join(copy, name)))
    await tried(`${name} renamed`, (copy) => rename(join(copy, name), join(copy, `${name}.txt`)))
    await tried(`${name} linked`, async (copy) => {
      const elsewhere = join(folder, `elsewhere-${count}`)
      await rename(join(copy, name), elsewhere)
      await symlink(elsewhere, join(copy, name))
    })
    await tried(`${name} added once more`, (copy) => cp(join(copy, name), join(copy, `more-${name}`)))
  }
  await tried('a file added', (copy) => writeFile(join(copy, 'more.txt'), ''))
  return { accepted, count }
}
