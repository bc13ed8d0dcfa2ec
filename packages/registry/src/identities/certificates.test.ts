import type { Patch, Storage } from '@policypatch/core'
import { openTrust, signPatch, trustSigners, verifyPatch } from '@policypatch/core/patch'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { flipBits } from '../../../core/test/patch/flip-bits.ts'
import { storageOf } from '../../../core/test/patch/tiny-patch.ts'
import { certify, criticalExtension, type Holder, keyEncipherment } from '../../test/certificates.ts'
import { certificateSigner } from './certificate-signer.ts'
import { signerOpener } from './open-signer.ts'
import { trustedCertificate } from './trusted-certificate.ts'

const fixture = new URL('../../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const email = 'release@example.com'
const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID' })

let root: Holder
let middle: Holder
let own: Holder
beforeAll(async () => {
  root = await certify('root', { isAuthority: true })
  middle = await certify('middle', { issuer: root, isAuthority: true, pathLength: 0 })
  own = await certify('own', { issuer: middle, email })
})

let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = await storageOf(fixture, 'patch')
  place = { storage, path: 'patch' }
})

const signed = async (by: Holder, ...chain: readonly Holder[]) =>
  signPatch(place, {
    signer: await certificateSigner({
      privateKey: by.privateKey,
      certificate: by.pem,
      chain: chain.length > 0 ? chain.map(({ pem }) => pem).join('') : undefined,
    }),
  })
const verified = (subject?: string, authority = root) =>
  verifyPatch(place, { signers: [trustedCertificate({ authorities: authority.pem, subject })] })

describe('a patch that the holder of a certificate has signed', () => {
  it('is verified by the authority that it comes from, and the name in it', async () => {
    await signed(own, middle)
    const { signers, provenance } = await verified(email)
    expect(signers).toEqual([{ kind: 'certificate', name: email, id: email }])
    expect(provenance).toBeDefined()
    await verified('own')
    await verified()
    await verified(email, middle)
    await expect(verified('other@example.com')).rejects.toThrow('found one by a certificate')
    await expect(verified(email, await certify('root', { isAuthority: true }))).rejects.toEqual(refused)
    await signed(own, middle, root)
    await verified(email)
    await signed(own)
    await expect(verified(email)).rejects.toEqual(refused)
  })

  it('is refused where the certificate is not for it', async () => {
    const cases: readonly (readonly Holder[])[] = [
      // An authority that may have none below it has one.
      [
        await certify('a', { issuer: await certify('b', { issuer: middle, isAuthority: true }), email }),
        middle,
      ],
      [await certify('c', { issuer: own, email }), own, middle],
      [await certify('d', { issuer: middle, email, usage: keyEncipherment }), middle],
      // Before its issuer was valid.
      [await certify('e', { issuer: middle, email, from: -5 }), middle],
      [await certify('f', { issuer: middle, email, extensions: [criticalExtension] }), middle],
      // In the wrong order, and with one that is of no use.
      [own, root, middle],
      [own, middle, own],
      [await certify('g', { email })],
    ]
    for (const [by, ...chain] of cases) {
      await signed(by as Holder, ...chain)
      await expect(verified(email), by?.certificate.subject).rejects.toEqual(refused)
    }
    const long = await certify('b', { issuer: middle, isAuthority: true })
    await signed(await certify('h', { issuer: long, email }), long, middle)
    await expect(verified(email)).rejects.toEqual(refused)
  })

  it('is refused with a bit flipped', async () => {
    await signed(own, middle)
    const signer = trustedCertificate({ authorities: root.pem, subject: email })
    const trust = await trustSigners([signer])
    const { accepted } = await flipBits(
      place,
      (files) => trust.verify({ files } as Patch),
      (name, bytes) =>
        Array.from({ length: name === 'model.sig' ? 600 : 40 }, (_, i) => (i * 7919) % (8 * bytes.length)),
    )
    expect(accepted).toEqual([])
  })

  it('is what a trust policy asks for', async () => {
    await signed(own, middle)
    const opened = (subject: string) =>
      openTrust(
        {
          format: 'policypatch-trust/v1',
          signers: { vendor: { certificateAuthority: root.pem, subject } },
          rules: [{ signers: ['vendor'] }],
        },
        { openSigner: signerOpener() },
      )
    const { readPatch } = await import('@policypatch/core')
    await readPatch(place, { trust: await opened(email) })
    await expect(readPatch(place, { trust: await opened('x') })).rejects.toEqual(refused)
  })
})

it('a certificate of another key, and files that hold none, are refused', async () => {
  const signer = await certificateSigner({ privateKey: own.privateKey, certificate: middle.pem })
  await expect(signer.sign(new TextEncoder().encode('{}'))).rejects.toThrow(
    'one of another key, for CN=middle',
  )
  await expect(
    certificateSigner({ privateKey: own.privateKey, certificate: own.privateKey }),
  ).rejects.toThrow('found none')
  expect(() => trustedCertificate({ authorities: own.pem.replace('M', 'A') })).toThrow('one that is damaged')
})
