import { PatchError } from '../errors.ts'

/** What a file's content must hash to: SHA-256, or the SHA-1 by which git names small files. In hex. */
export interface Digest {
  readonly algorithm: 'sha256' | 'git-blob'
  readonly hex: string
}

/** `name` is what messages call the file. */
export function digestMismatch(name: string, expected: Digest, hex: string): PatchError {
  return new PatchError('DIGEST_MISMATCH', {
    expected: `${name} to have the ${expected.algorithm} digest ${expected.hex}`,
    found: hex,
    remedy: 'The download was discarded; try again, and if the error persists, do not trust the source',
  })
}
