import { readdirSync, readFileSync } from 'node:fs'
import type { Patch } from '@policypatch/core'
import {
  keySigner,
  openTrust,
  parseTrustPolicy,
  readBundle,
  trustedKey,
  trustSigners,
} from '@policypatch/core/patch'
import { signerOpener, trustedIdentity } from '@policypatch/registry'
import fc from 'fast-check'
import { doubleNameIn } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { golden } from '../golden-files.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'

const pem = (name: string) => new TextDecoder().decode(golden(`test/goldens/signing/${name}`))
const key = await keySigner(pem('p256.pem'))
const parsed = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

/** A signed patch, and what is needed to verify it. */
const fixtures = new URL('../../../packages/registry/fixtures/signed/v1/', import.meta.url)
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)))
const signed = (by: string): Files =>
  Object.fromEntries(
    readdirSync(new URL(by, fixtures)).map((name) => [name, fixture(`${by}/${name}`)] as const),
  )
const [byKey, byCertificate, byIdentity] = ['key', 'certificate', 'identity'].map(signed) as [
  Files,
  Files,
  Files,
]
const trustedRoot = fixture('trusted-root.json')
const policy = parsed(fixture('trust.json'))
const opener = signerOpener({ trustedRoot })
const { vendor, lab, ci } = policy.signers
const everyone = await trustSigners([
  await trustedKey(vendor.publicKey),
  await opener(lab, 'lab'),
  await opener(ci, 'ci'),
])

/** A file's JSON with some values changed, or its bytes damaged. */
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

/** `model.sig`, of which only small parts may change: any other change is refused. */
export const bundleReader: FuzzedReader = {
  name: 'signature-bundle',
  files: fc.oneof(
    ...[byKey, byCertificate, byIdentity].map((files) =>
      changed(files['model.sig'] as Uint8Array, bundleTexts).map((bytes) => ({
        ...files,
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

/** Statements signed by a trusted signer: about files, and about how a patch was made. */
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
    // If a file changes, so does the signature over the files.
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
    const trust = await openTrust(parseTrustPolicy(bytes), { openSigner: opener })
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
