import { PatchError } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { Packr } from 'msgpackr'

/** MessagePack, with typed arrays as their bytes: numbers are preserved exactly, and equal values have equal bytes. */
const packr = new Packr({ useRecords: false, moreTypes: true, variableMapSize: true })

export const pack = (value: unknown): Uint8Array => packr.pack(value)
export const unpack = (bytes: Uint8Array): unknown => packr.unpack(bytes)

const DIGEST_BYTES = 32

/** Puts the SHA-256 of the bytes before them, so that readers can tell whether they are intact. */
export async function seal(bytes: Uint8Array): Promise<Uint8Array> {
  const sealed = new Uint8Array(DIGEST_BYTES + bytes.length)
  sealed.set(Buffer.from(await sha256(bytes), 'hex'))
  sealed.set(bytes, DIGEST_BYTES)
  return sealed
}

/** @throws PatchError `DIGEST_MISMATCH` */
export async function unseal(sealed: Uint8Array, name: string): Promise<Uint8Array> {
  const expected = Buffer.from(sealed.subarray(0, DIGEST_BYTES)).toString('hex')
  const bytes = sealed.subarray(DIGEST_BYTES)
  const found = await sha256(bytes)
  if (found === expected) return bytes
  throw new PatchError('DIGEST_MISMATCH', {
    expected: `${name} with the SHA-256 ${expected}`,
    found,
    remedy: 'It is done again; if this goes on, check the store and the network',
  })
}
