import { readFileSync } from 'node:fs'
import type { Patch } from '@policypatch/core'
import {
  keySigner,
  openTrust,
  parseTrustPolicy,
  readBundle,
  signPatch,
  trustedKey,
  trustSigners,
} from '@policypatch/core/patch'
import { certificateSigner, trustedCertificate, trustedIdentity } from '@policypatch/registry'
import fc from 'fast-check'
import { certify } from '../../../packages/registry/test/certificates.ts'
import { startStandIns } from '../../../packages/registry/test/sigstore/stand-ins.ts'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden, goldenFolder } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { storageOf } from '../storage-of.ts'

const pem = (name: string) => new TextDecoder().decode(golden(`test/goldens/signing/${name}`))
const key = await keySigner(pem('p256.pem'))
const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

/** A patch's files, signed. */
async function signedFiles(signer: Parameters<typeof signPatch>[1]['signer']): Promise<Files> {
  const storage = await storageOf(goldenFolder('fixtures/patches/v1/tiny-harmfulness'), 'tiny')
  await signPatch({ storage, path: 'tiny' }, { signer })
  const names = await storage.list('tiny')
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await storage.read(`tiny/${name}`)] as const)),
  )
}

const root = await certify('root', { isAuthority: true })
const own = await certify('own', { issuer: root })
const services = await startStandIns()
const { trustedRoot } = services
await services.close()

const byKey = await signedFiles(key)
const byCertificate = await signedFiles(
  await certificateSigner({ privateKey: own.privateKey, certificate: own.pem, chain: root.pem }),
)
const byIdentity = { 'model.sig': new Uint8Array(readFileSync(new URL('./identity.sig', import.meta.url))) }
const everyone = await trustSigners([
  await trustedKey(pem('p256.pub')),
  trustedCertificate({ authorities: root.pem }),
  await trustedIdentity({ identity: 'release@example.com', issuer: 'http://127.0.0.1', trustedRoot }),
])

/** JSON of a file with some of its values changed, or its bytes damaged. */
const changed = (bytes: Uint8Array, texts: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 3, arbitrary: changedJson(fc.constant(treeOf(parsed(bytes))), texts).map(utf8) },
    {
      weight: 1,
      arbitrary: damaged(fc.constant({ bytes }), [bytes]).map(({ bytes: one }) => one as Uint8Array),
    },
  )

const bundleTexts = fc.constantFrom(
  '"AAAA"',
  '"MIIB"',
  '"application/vnd.in-toto+json"',
  '[]',
  '{}',
  '"0"',
  '1e400',
)

/** `model.sig`, of which little is verified: any other change is refused. */
export const bundleReader: FuzzedReader = {
  name: 'signature-bundle',
  files: fc.oneof(
    ...[byKey, byCertificate, byIdentity].map((files) =>
      changed(files['model.sig'] as Uint8Array, bundleTexts).map((bytes) => ({
        ...byKey,
        'model.sig': bytes,
      })),
    ),
  ),
  async read({ 'model.sig': bytes = new Uint8Array(0), ...files }) {
    readBundle(bytes, 'model.sig')
    await everyone.verify({ files: { ...byKey, ...files, 'model.sig': bytes } } as unknown as Patch)
  },
  ambiguity: ({ 'model.sig': bytes }) => doubleNameIn(bytes),
}

const statementOf = (file: string) =>
  treeOf(JSON.parse(Buffer.from(parsed(byKey[file]).dsseEnvelope.payload, 'base64').toString()))

/** Statements that a trusted signer has signed: of files, and of how a patch was made. */
export const statementReader: FuzzedReader = {
  name: 'signed-statement',
  files: fc
    .constantFrom('model.sig', 'provenance.sigstore.json')
    .chain((file) =>
      changedJson(
        fc.constant(statementOf(file)),
        fc.constantFrom(
          '"https://slsa.dev/provenance/v1"',
          `"${'a'.repeat(64)}"`,
          '{"sha256":"x"}',
          '[]',
          'null',
        ),
      ).map((text): Files => ({ [file]: utf8(text) })),
    ),
  async read(statements) {
    const files = { ...byKey }
    for (const [file, statement] of Object.entries(statements)) files[file] = await key.sign(statement)
    // The signature over the files is another where one of them is.
    if (statements['provenance.sigstore.json']) files['model.sig'] = await resigned(files)
    await everyone.verify({ files } as unknown as Patch)
  },
  ambiguity: (statements) =>
    Object.values(statements)
      .map((bytes) => doubleNameIn(bytes))
      .find(Boolean),
}

async function resigned(files: Files): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto')
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  const statement = JSON.parse(
    Buffer.from(parsed(byKey['model.sig']).dsseEnvelope.payload, 'base64').toString(),
  )
  const { resources } = statement.predicate
  for (const one of resources) one.digest = digest(files[one.name] as Uint8Array)
  const all = Buffer.concat(resources.map((one: { digest: string }) => Buffer.from(one.digest, 'hex')))
  statement.subject[0].digest.sha256 = digest(all)
  return key.sign(utf8(JSON.stringify(statement)))
}

const policy = {
  format: 'policypatch-trust/v1',
  signers: {
    vendor: { publicKey: pem('p256.pub') },
    auditor: { publicKey: pem('p384.pub') },
  },
  rules: [
    {
      ...{
        bases: ['example/*'],
        domains: ['harmfulness'],
        patches: ['tiny-*'],
        signers: ['vendor'],
        threshold: 1,
      },
      effects: [{ metric: 'refusal rate, harmful', judge: 'phrases', n: 10, atLeast: 0.5 }],
      ...{ provenance: true, weightsDigest: false },
    },
  ],
}
const policyTexts = fc.constantFrom(
  '"*"',
  '"**a**b**"',
  '["vendor","auditor"]',
  '"policypatch-trust/v2"',
  '[]',
  '2',
)

export const trustPolicyReader: FuzzedReader = {
  name: 'trust-policy',
  files: changed(utf8(JSON.stringify(policy)), policyTexts).map((bytes) => ({ 'trust.json': bytes })),
  async read({ 'trust.json': bytes = new Uint8Array(0) }) {
    const trust = await openTrust(parseTrustPolicy(bytes))
    const files = byKey
    await trust.verify({ manifest: parsed(files['patch.json']), files } as unknown as Patch)
  },
  ambiguity: ({ 'trust.json': bytes }) => doubleNameIn(bytes),
}

export const trustedRootReader: FuzzedReader = {
  name: 'trusted-root',
  files: changed(trustedRoot, bundleTexts).map((bytes) => ({ 'root.json': bytes })),
  async read({ 'root.json': bytes = new Uint8Array(0) }) {
    await trustedIdentity({ identity: 'a', issuer: 'b', trustedRoot: bytes })
  },
  ambiguity: ({ 'root.json': bytes }) => doubleNameIn(bytes),
}
