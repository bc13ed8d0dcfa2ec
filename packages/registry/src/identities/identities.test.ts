import type { Patch, Storage } from '@policypatch/core'
import { readPatch } from '@policypatch/core'
import {
  openTrust,
  readBundle,
  signPatch,
  type TrustedSigner,
  trustSigners,
  verifyPatch,
} from '@policypatch/core/patch'
import { memoryStorage } from '@policypatch/core/platform'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flipBits } from '../../../core/test/patch/flip-bits.ts'
import { storageOf } from '../../../core/test/patch/tiny-patch.ts'
import { type SigstoreStandIns, startStandIns } from '../../test/sigstore/stand-ins.ts'
import { identitySigner } from './identity-signer.ts'
import { signerOpener } from './open-signer.ts'
import { trustedIdentity } from './trusted-identity.ts'

const fixture = new URL('../../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const email = 'release@example.com'
const code = (name: string) => expect.objectContaining({ code: name })

let services: SigstoreStandIns
let signed: Storage
let trusted: TrustedSigner
beforeAll(async () => {
  services = await startStandIns()
  signed = await storageOf(fixture, 'patch')
  await signPatch({ storage: signed, path: 'patch' }, { signer: await signerFor(email) })
  trusted = await trustedIdentity({
    identity: email,
    issuer: services.issuer,
    trustedRoot: services.trustedRoot,
  })
})
afterAll(() => services.close())

const signerFor = async (identity: string, claims = {}) =>
  identitySigner({ ...services, identityToken: await services.token(identity, claims) })

let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = memoryStorage()
  for (const name of await signed.list('patch'))
    await storage.write(`patch/${name}`, await signed.read(`patch/${name}`))
  place = { storage, path: 'patch' }
})

describe('a patch that a Sigstore identity has signed', () => {
  it('is verified, by that identity of that issuer alone', async () => {
    const { signers, provenance } = await verifyPatch(place, { signers: [trusted] })
    expect(signers).toEqual([{ kind: 'identity', name: email, id: `${email} (${services.issuer})` }])
    expect(provenance?.subject).toHaveLength(4)
    const others = { identity: 'rel.ase@example.com', issuer: services.issuer }
    for (const other of [
      others,
      { ...others, identity: '.*' },
      { identity: email, issuer: 'http://other' },
    ]) {
      const signer = await trustedIdentity({ ...other, trustedRoot: services.trustedRoot })
      await expect(verifyPatch(place, { signers: [signer] })).rejects.toThrow('found one by an identity')
    }
  })

  it('is refused under the trusted root of other services, which say the same of themselves', async () => {
    const others = await startStandIns()
    try {
      const signer = await trustedIdentity({
        identity: email,
        issuer: services.issuer,
        trustedRoot: others.trustedRoot,
      })
      await expect(verifyPatch(place, { signers: [signer] })).rejects.toEqual(code('SIGNATURE_INVALID'))
    } finally {
      await others.close()
    }
  })

  it('is refused with a bit flipped in its signature, its provenance or its files', async () => {
    const bits = (bytes: Uint8Array, n: number) =>
      Array.from({ length: n }, (_, i) => Math.floor((i * 8 * bytes.length) / n) + (i % 8))
    const trust = await trustSigners([trusted])
    const { accepted } = await flipBits(
      place,
      (files) => trust.verify({ files } as Patch),
      (name, bytes) => bits(bytes, name === 'model.sig' ? 400 : 40),
    )
    expect(accepted).toEqual([])
  })

  it('is what a trust policy asks for', async () => {
    const policy = {
      format: 'policypatch-trust/v1' as const,
      signers: { release: { identity: email, issuer: services.issuer } },
      rules: [{ signers: ['release'], provenance: true }],
    }
    const trust = await openTrust(policy, { openSigner: signerOpener({ trustedRoot: services.trustedRoot }) })
    expect((await readPatch(place, { trust })).manifest.name).toBe('tiny-harmfulness')
    await signPatch(place, { signer: await signerFor('other@example.com') })
    await expect(readPatch(place, { trust })).rejects.toEqual(code('SIGNATURE_INVALID'))
  })

  it('has fields that are not known, or the log of another signature: refused', async () => {
    const bytes = await storage.read('patch/model.sig')
    const bundle = JSON.parse(new TextDecoder().decode(bytes))
    const { verificationMaterial: material } = bundle
    const provenance = JSON.parse(
      new TextDecoder().decode(await storage.read('patch/provenance.sigstore.json')),
    )
    const [entry] = material.tlogEntries
    const { logIndex, hashes, ...proof } = entry.inclusionProof
    expect({ logIndex, hashes }).toEqual({ logIndex: '0', hashes: [] })
    const withProof = (inclusionProof: object) => ({
      ...material,
      tlogEntries: [{ ...entry, inclusionProof }],
    })
    const changed = [
      withProof({ ...proof, logIndex, Hashes: [] }),
      withProof({ ...proof, hashes, logindex: '0' }),
      ...[' ', '00', '0x0', '-0', 0].map((logIndex) => withProof({ ...proof, hashes, logIndex })),
      withProof({ ...proof, hashes, logIndex, checkpoint: { ...proof.checkpoint, more: {} } }),
      { ...material, tlogEntries: [] },
      { ...material, tlogEntries: provenance.verificationMaterial.tlogEntries },
      { ...material, tlogEntries: [{ ...entry, more: 1 }] },
      { ...material, certificate: provenance.verificationMaterial.certificate },
      { ...material, certificate: { rawBytes: 'AAAA' } },
    ]
    for (const verificationMaterial of changed) {
      await storage.write(
        'patch/model.sig',
        new TextEncoder().encode(JSON.stringify({ ...bundle, verificationMaterial })),
      )
      await expect(verifyPatch(place, { signers: [trusted] })).rejects.toEqual(code('SIGNATURE_INVALID'))
    }
    expect(readBundle(bytes, 'model.sig').material.kind).toBe('identity')
  })
})

describe('signing with an identity is refused', () => {
  const refusal = async (identityToken: string, changes = {}) =>
    identitySigner({ ...services, identityToken, ...changes })
      .sign(new TextEncoder().encode('{}'))
      .catch((error) => error)

  it('for what is no token, without printing it', async () => {
    const error = await refusal('a-secret')
    expect(error).toEqual(code('INVALID_ARGUMENT'))
    expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain('a-secret')
  })

  it('for a token that is old, forged or for others', async () => {
    const [head, claims] = (await services.token(email)).split('.')
    const tokens = [
      await services.token(email, { exp: 1 }),
      await services.token(email, { aud: 'others' }),
      `${head}.${claims}.AAAA`,
    ]
    for (const token of tokens) expect(await refusal(token)).toEqual(code('REQUEST_REFUSED'))
  })

  it('where nobody answers', async () => {
    const token = await services.token(email)
    for (const changes of [{ authority: 'http://127.0.0.1:1' }, { log: 'http://127.0.0.1:1' }]) {
      expect(await refusal(token, changes)).toEqual(code('UNREACHABLE'))
    }
  }, 20_000)
})

it('a trusted root that is none is refused', async () => {
  for (const text of ['{', '{}', '{"mediaType":"x"}', '[]', `${' '.repeat(2 ** 20)}{}`]) {
    const trustedRoot = new TextEncoder().encode(text)
    await expect(trustedIdentity({ identity: email, issuer: 'x', trustedRoot })).rejects.toEqual(
      expect.objectContaining({ code: expect.stringMatching(/^(MALFORMED|TRUNCATED)$/) }),
    )
  }
})
