import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { storageOf } from '../../../test/patch/tiny-patch.ts'
import { createRandom } from '../../random.ts'
import type { Storage } from '../../storage/storage.ts'
import { readPatch } from '../release/read-patch.ts'
import { signPatch, verifyPatch } from './sign-patch.ts'

const fixture = new URL('../../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const golden = (name: string) =>
  readFileSync(new URL(`../../../test/goldens/signing/${name}`, import.meta.url))
const text = (name: string) => golden(name).toString('utf8')

const folder = 'patch'
const signature = `${folder}/model.sig`
const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID' })
const by = (...names: readonly string[]) => ({ publicKeys: names.map((name) => text(`${name}.pub`)) })

let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = await storageOf(fixture, folder)
  place = { storage, path: folder }
})

describe.each(['p256', 'p384'])('a signature by a key of %s', (curve) => {
  it('of the Python package model-signing is verified', async () => {
    await storage.write(signature, golden(`${curve}.sig`))
    const { files } = await verifyPatch(place, by(curve))
    expect(files).toEqual(
      await storage.list(folder).then((names) => names.filter((name) => name !== 'model.sig')),
    )
  })

  it('of ours is verified, by one key of several', async () => {
    await signPatch(place, { privateKey: text(`${curve}.pem`) })
    await verifyPatch(place, by('p256', 'p384'))
    const other = curve === 'p256' ? 'p384' : 'p256'
    await expect(verifyPatch(place, by(other))).rejects.toEqual(refused)
  })
})

describe('a signed patch', () => {
  beforeEach(async () => {
    await signPatch(place, { privateKey: text('p256.pem') })
    await verifyPatch(place, by('p256'))
  })

  it('is refused with any bit of its signature flipped, one of each byte of small files, and 200 of its tensors', async () => {
    const { integer } = createRandom(0)
    for (const name of await storage.list(folder)) {
      const path = `${folder}/${name}`
      const bytes = await storage.read(path)
      const isLarge = name.endsWith('.safetensors')
      const at = isLarge ? Array.from({ length: 200 }, () => integer(bytes.length)) : bytes.keys()
      const bitsOf = (byte: number) => (name === 'model.sig' ? [0, 1, 2, 3, 4, 5, 6, 7] : [byte % 8])
      for (const byte of at) {
        for (const bit of bitsOf(byte)) {
          const changed = bytes.slice()
          changed[byte] = (changed[byte] as number) ^ (1 << bit)
          await storage.write(path, changed)
          const failure = await verifyPatch(place, by('p256')).then(
            () => `${name}, byte ${byte}, bit ${bit} is accepted`,
            (error: unknown) => (error as { code?: string }).code,
          )
          expect(failure).toBe('SIGNATURE_INVALID')
        }
      }
      await storage.write(path, bytes)
    }
    await verifyPatch(place, by('p256'))
  }, 120_000)

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
    const { publicKeys } = by('p256')
    expect((await readPatch(place, { publicKeys })).manifest.name).toBe('tiny-harmfulness')
    await expect(readPatch(place, by('p384'))).rejects.toEqual(refused)
    await storage.write(`${folder}/more.txt`, new Uint8Array([1]))
    await readPatch(place)
    await expect(readPatch(place, { publicKeys })).rejects.toThrow('more.txt added')
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
  const privateKey = text('p256.pem')
  await expect(signPatch(place, { privateKey })).rejects.toThrow('notes.txt')
  await storage.remove(`${folder}/notes.txt`)
  await expect(signPatch(place, { privateKey: text('p256.pub') })).rejects.toThrow(
    'found a PEM file of public key',
  )
  await expect(signPatch(place, { privateKey: 'x' })).rejects.toThrow('found no PEM file')
  await signPatch(place, { privateKey })
  await expect(verifyPatch(place, { publicKeys: [privateKey] })).rejects.toThrow('a PEM file of private key')
})
