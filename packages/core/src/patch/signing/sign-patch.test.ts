import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { flipBits } from '../../../test/patch/flip-bits.ts'
import { storageOf } from '../../../test/patch/tiny-patch.ts'
import { createRandom } from '../../random.ts'
import type { Storage } from '../../storage/storage.ts'
import { readPatch } from '../release/read-patch.ts'
import { trustSigners } from '../trust/trust.ts'
import { signPatch } from './sign-patch.ts'
import { trustedKey } from './signer.ts'
import { verifyPatch } from './verify-patch.ts'
import { verifySignatures } from './verify-signatures.ts'

const fixture = new URL('../../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const golden = (name: string) =>
  readFileSync(new URL(`../../../test/goldens/signing/${name}`, import.meta.url))
const text = (name: string) => golden(name).toString('utf8')

const folder = 'patch'
const signature = `${folder}/model.sig`
const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID' })
const by = (...names: readonly string[]) => ({ signers: names.map((name) => text(`${name}.pub`)) })

let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = await storageOf(fixture, folder)
  place = { storage, path: folder }
})

describe.each(['p256', 'p384'])('a signature by a key of %s', (curve) => {
  it('of the Python package model-signing is verified', async () => {
    await storage.write(signature, golden(`${curve}.sig`))
    const { files, provenance } = await verifyPatch(place, by(curve))
    expect(provenance).toBeUndefined()
    expect(files).toEqual(
      await storage.list(folder).then((names) => names.filter((name) => name !== 'model.sig')),
    )
  })

  it('of ours is verified, by one key of several', async () => {
    await signPatch(place, { signer: text(`${curve}.pem`) })
    await verifyPatch(place, by('p256', 'p384'))
    const other = curve === 'p256' ? 'p384' : 'p256'
    await expect(verifyPatch(place, by(other))).rejects.toEqual(refused)
  })
})

describe('a signed patch', () => {
  beforeEach(async () => {
    await signPatch(place, { signer: text('p256.pem') })
    await verifyPatch(place, by('p256'))
  })

  it('is refused with a bit flipped: 400 of each small file, and 200 of its tensors', async () => {
    const { integer } = createRandom(0)
    const bitsOf = (name: string, bytes: Uint8Array) =>
      Array.from({ length: name.endsWith('.safetensors') ? 200 : 400 }, () => integer(8 * bytes.length))
    const signers = [await trustedKey(text('p256.pub'))]
    const { accepted, flips } = await flipBits(place, (files) => verifySignatures(files, signers), bitsOf)
    expect(accepted).toEqual([])
    expect(flips).toBe(2200)
    await verifyPatch(place, by('p256'))
  })

  it('is refused with a file added, removed or renamed, each by its name', async () => {
    await storage.write(`${folder}/more.txt`, new Uint8Array([1]))
    await expect(verifyPatch(place, by('p256'))).rejects.toThrow('more.txt added')
    await storage.remove(`${folder}/more.txt`)
    const readme = await storage.read(`${folder}/README.md`)
    await storage.remove(`${folder}/README.md`)
    await expect(verifyPatch(place, by('p256'))).rejects.toThrow('README.md missing')
    await storage.write(`${folder}/readme.md`, readme)
    await expect(verifyPatch(place, by('p256'))).rejects.toThrow('README.md missing, readme.md added')
  })

  it('is read with its signature verified, and not by another key or beside another file', async () => {
    const trust = await trustSigners(by('p256').signers)
    expect((await readPatch(place, { trust })).manifest.name).toBe('tiny-harmfulness')
    const other = await trustSigners(by('p384').signers)
    await expect(readPatch(place, { trust: other })).rejects.toEqual(refused)
    await storage.write(`${folder}/more.txt`, new Uint8Array([1]))
    await readPatch(place)
    await expect(readPatch(place, { trust })).rejects.toThrow('more.txt added')
  })

  it('is refused without its signature, or with the signature of another folder', async () => {
    const own = await storage.read(signature)
    await storage.remove(signature)
    await expect(verifyPatch(place, by('p256'))).rejects.toThrow('no model.sig')
    const other = await storageOf(fixture, 'other')
    await other.write('other/README.md', new TextEncoder().encode('another'))
    await other.write('other/model.sig', own)
    await expect(verifyPatch({ storage: other, path: 'other' }, by('p256'))).rejects.toThrow(
      'README.md changed',
    )
  })

  it('is refused with another predicate, a cut envelope, or a signature over other content', async () => {
    const bundle = JSON.parse(new TextDecoder().decode(await storage.read(signature)))
    const { dsseEnvelope: envelope } = bundle
    const statement = JSON.parse(atob(envelope.payload))
    const changed = {
      predicate: { ...envelope, payload: btoa(JSON.stringify({ ...statement, predicateType: 'another' })) },
      cut: { ...envelope, payload: envelope.payload.slice(0, -8) },
      none: { ...envelope, signatures: [] },
      two: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] },
      type: { ...envelope, payloadType: 'text/plain' },
    }
    for (const dsseEnvelope of Object.values(changed)) {
      await storage.write(signature, new TextEncoder().encode(JSON.stringify({ ...bundle, dsseEnvelope })))
      await expect(verifyPatch(place, by('p256'))).rejects.toEqual(refused)
    }
    await storage.write(signature, new TextEncoder().encode('{'))
    await expect(verifyPatch(place, by('p256'))).rejects.toEqual(refused)
  })
})

it('signs no folder with files that are not of the patch, and takes no key that is none', async () => {
  await storage.write(`${folder}/notes.txt`, new Uint8Array([1]))
  const signer = text('p256.pem')
  await expect(signPatch(place, { signer })).rejects.toThrow('notes.txt')
  await storage.remove(`${folder}/notes.txt`)
  await expect(signPatch(place, { signer: text('p256.pub') })).rejects.toThrow(
    'found a PEM file of public key',
  )
  await expect(signPatch(place, { signer: 'x' })).rejects.toThrow('found no PEM file')
  await signPatch(place, { signer })
  await expect(verifyPatch(place, { signers: [signer] })).rejects.toThrow('a PEM file of private key')
})
