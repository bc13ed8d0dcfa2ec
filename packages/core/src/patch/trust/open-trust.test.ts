import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { storageOf, tinyModel } from '../../../test/patch/tiny-patch.ts'
import type { Storage } from '../../storage/storage.ts'
import { applyPatch } from '../apply/apply-patch.ts'
import { patchSet } from '../apply/patch-set.ts'
import type { PatchManifest } from '../manifest.ts'
import { createPatch } from '../release/create-patch.ts'
import { patchStore } from '../release/patch-store.ts'
import { readPatch } from '../release/read-patch.ts'
import { addSignature, signPatch } from '../signing/sign-patch.ts'
import { openTrust } from './open-trust.ts'
import { parseTrustPolicy, type TrustPolicy, type TrustRule } from './trust-policy.ts'

const fixture = new URL('../../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const text = (name: string) =>
  readFileSync(new URL(`../../../test/goldens/signing/${name}`, import.meta.url), 'utf8')

const policy = (...rules: readonly Partial<TrustRule>[]): TrustPolicy => ({
  format: 'policypatch-trust/v1',
  signers: { vendor: { publicKey: text('p256.pub') }, auditor: { publicKey: text('p384.pub') } },
  rules: rules.map((rule) => ({ signers: ['vendor'], ...rule })),
})
const { base }: PatchManifest = JSON.parse(readFileSync(new URL(`${fixture}/patch.json`), 'utf8'))
/** The base of the fixture. */
const model = (weightsDigest?: string) => ({
  ...tinyModel({
    config: base,
    tokenizer: { fingerprint: base.tokenizer },
    weightsFingerprint: base.weights,
  }),
  ...(weightsDigest && { weightsDigest }),
})
const code = (name: string) => expect.objectContaining({ code: name })

let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = await storageOf(fixture, 'patch')
  place = { storage, path: 'patch' }
  await signPatch(place, { signer: text('p256.pem') })
})
const read = async (...rules: readonly Partial<TrustRule>[]) =>
  readPatch(place, { trust: await openTrust(policy(...rules)) })

describe('a trust policy', () => {
  it('takes a patch that falls under a rule, by base, domain and name', async () => {
    await read({})
    const own = { bases: ['example/*', 'other/model'], domains: ['harmfulness'], patches: ['tiny-*'] }
    await read(own)
    await read({ bases: [base.weights] })
    for (const other of [
      { bases: ['exampl*/x'] },
      { domains: ['harm'] },
      { patches: ['tiny'] },
      { bases: ['.*'] },
    ]) {
      await expect(read({ ...own, ...other })).rejects.toEqual(code('NOT_TRUSTED'))
    }
    await expect(read()).rejects.toThrow(
      'no rule for tiny-harmfulness, domain harmfulness, base example/tiny-llama',
    )
  })

  it('wants as many signers as a rule says, and each counts once', async () => {
    const both = { signers: ['vendor', 'auditor'], threshold: 2 }
    await expect(read(both)).rejects.toThrow('by 1 of the signers vendor, auditor, where 2 must have signed')
    await addSignature(place, { signer: text('p256.pem') })
    await expect(read(both)).rejects.toEqual(code('NOT_TRUSTED'))
    await addSignature(place, { signer: text('p384.pem') })
    await read(both)
    await read({}, both)
    await storage.remove('patch/model.sig')
    await expect(read({})).rejects.toEqual(code('SIGNATURE_INVALID'))
  })

  it('holds every rule that a patch falls under', async () => {
    const strict = { effects: [{ metric: 'refusal rate, harmful', judge: 'phrases', n: 50, atLeast: 0.8 }] }
    await read({}, strict)
    const faults = {
      'no effect on toxicity': { metric: 'toxicity', atMost: 0.1 },
      'no effect on refusal rate, harmful by a model': {
        ...{ metric: 'refusal rate, harmful', judge: 'a model', atLeast: 0 },
      },
      'n = 96, fewer than 200': { metric: 'refusal rate, harmful', n: 200, atLeast: 0 },
      'from 0.9, below 0.95': { metric: 'refusal rate, harmful', atLeast: 0.95 },
      'up to 0.985, above 0.97': { metric: 'refusal rate, harmful', atMost: 0.97 },
    }
    for (const [message, effect] of Object.entries(faults)) {
      await expect(read({}, { effects: [effect] })).rejects.toThrow(message)
    }
  })

  it('may ask for a provenance, and for the digest of the weights', async () => {
    await read({ provenance: true })
    await expect(read({ weightsDigest: true })).rejects.toThrow("no digest of the base's weights")
    const digest = 'd'.repeat(64)
    const { manifest, prefix } = await readPatch(place)
    const made = await createPatch({ manifest: { ...manifest, base: { ...manifest.base, digest } }, prefix })
    await made.save(place)
    await signPatch(place, { signer: text('p256.pem') })
    const trust = await openTrust(policy({ weightsDigest: true, bases: [digest] }))
    const patch = await readPatch(place, { trust })
    expect(applyPatch(model(digest), patch, { trust }).prefix).toBe(patch.prefix)
    expect(() => applyPatch(model(), patch, { trust })).toThrow('loaded without its digest')
    expect(() => applyPatch(model('e'.repeat(64)), patch, { trust })).toThrow('e'.repeat(64))
    expect(() => applyPatch(model('e'.repeat(64)), patch)).toThrow('digest of the weights')
    applyPatch(model(), patch)
  })

  it('is what a store installs and gives by, and what a patch is applied by', async () => {
    const trust = await openTrust(policy({}))
    const store = patchStore({ storage, path: 'store' }, { trust })
    const unsigned = await createPatch(await readPatch(place))
    await expect(store.install(unsigned)).rejects.toEqual(code('SIGNATURE_INVALID'))
    await store.install(await readPatch(place))
    const patch = await store.get('tiny-harmfulness')
    expect(applyPatch(model(), patch, { trust }).prefix).toBe(patch.prefix)
    const { prefix } = patch
    const copy = { ...patch, prefix: { ...prefix, embeddings: prefix.embeddings.map((one) => one + 1) } }
    for (const other of [copy, unsigned, await readPatch(place)]) {
      expect(() => applyPatch(model(), other, { trust })).toThrow('read without, or made here')
      expect(() => patchSet(model(), [other], { trust })).toThrow('read without, or made here')
    }
    await storage.write('store/tiny-harmfulness/1.0.0/README.md', new Uint8Array([1]))
    await expect(store.get('tiny-harmfulness')).rejects.toEqual(code('DIGEST_MISMATCH'))
  })

  it('reads what an interrupted replacement left, by the same signatures', async () => {
    for (const name of await storage.list('patch')) {
      await storage.write(`patch/.incoming/${name}`, await storage.read(`patch/${name}`))
    }
    await read({})
    await storage.write('patch/README.md', new Uint8Array([1]))
    expect((await read({})).files['README.md']?.length).toBeGreaterThan(1)
    await storage.write('patch/.incoming/README.md', new Uint8Array([1]))
    await expect(read({})).rejects.toEqual(code('DIGEST_MISMATCH'))
  })
})

describe('a policy that is none', () => {
  const parse = (change: object) =>
    parseTrustPolicy(new TextEncoder().encode(JSON.stringify({ ...policy({}), ...change })))

  it('is refused with all that is wrong with it', () => {
    expect(parse({})).toEqual(policy({}))
    expect(() => parse({ format: 'policypatch-trust/v2' })).toThrow('Update policypatch')
    expect(() => parse({ rules: [{ signers: ['nobody'] }] })).toThrow('nobody, not among the signers')
    expect(() => parse({ rules: [{ signers: ['vendor', 'vendor'], threshold: 2 }] })).toThrow(
      'more signatures than it has signers',
    )
    expect(() => parse({ rules: [{ signers: ['vendor'], treshold: 2 }] })).toThrow('treshold')
    expect(() => parse({ rules: [{ signers: ['vendor'], effects: [{ metric: 'x' }] }] })).toThrow(
      'atMost or atLeast',
    )
    expect(() => parse({ signers: { vendor: { publicKey: 'x' } } })).toThrow('signers.vendor')
  })

  it('is not opened: a signer twice, a key that is none, or signers that need another package', async () => {
    const key = { publicKey: text('p256.pub') }
    const open = (signers: TrustPolicy['signers']) =>
      openTrust({ ...policy(), rules: [{ signers: Object.keys(signers) }], signers })
    await expect(open({ a: key, b: key })).rejects.toThrow('b and a, which are the same')
    await expect(open({ a: { publicKey: text('p256.pem') } })).rejects.toThrow('a PEM file of private key')
    await expect(open({ a: { identity: 'x', issuer: 'y' } })).rejects.toEqual(code('UNSUPPORTED'))
  })
})
