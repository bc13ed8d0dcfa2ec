import { PatchError } from './errors.ts'

/** SHA-256 of bytes in lower-case hexadecimal. `UNSUPPORTED` on a web page that is not a secure context. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = globalThis.crypto ?? {}
  if (!subtle) {
    throw new PatchError('UNSUPPORTED', {
      expected: 'crypto.subtle, to check digests',
      found: 'a runtime without it',
      remedy: 'Serve the page over HTTPS or from localhost, or use Node 20 or later',
    })
  }
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** SHA-256 of a value's JSON, to check in one line that a resumed run still has the same data or settings. */
export const digestOf = (value: unknown): Promise<string> =>
  sha256(new TextEncoder().encode(JSON.stringify(value)))
