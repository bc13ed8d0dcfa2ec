import { PatchError } from '@policypatch/core'

const algorithms: Readonly<Record<string, string>> = {
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/** Throws `DIGEST_MISMATCH` if the bytes do not have the given length and digests. */
export async function checkBytes(
  bytes: Uint8Array,
  {
    length,
    hashes,
  }: { readonly length?: number | undefined; readonly hashes?: Readonly<Record<string, string>> | undefined },
  name: string,
): Promise<void> {
  if (length !== undefined && bytes.length !== length) {
    throw mismatch(name, `${length} bytes`, `${bytes.length}`)
  }
  for (const [algorithm, expected] of Object.entries(hashes ?? {})) {
    const { [algorithm]: known } = algorithms
    if (known === undefined) throw mismatch(name, `a digest that is known`, algorithm)
    const digest = new Uint8Array(await crypto.subtle.digest(known, bytes as Uint8Array<ArrayBuffer>))
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    if (found !== expected) throw mismatch(name, `${known} ${expected}`, found)
  }
}

/** The error for parts that do not belong together. */
export const mismatch = (name: string, expected: string, found: string): PatchError =>
  new PatchError('DIGEST_MISMATCH', {
    expected: `${expected} of ${name}`,
    found,
    remedy: 'Try again: it may have been changing; if the error persists, do not trust the source',
  })
