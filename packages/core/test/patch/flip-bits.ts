import { PatchError } from '../../src/errors.ts'
import type { StoredPlace } from '../../src/storage/place.ts'

type Files = Record<string, Uint8Array>

export interface Flips {
  /** Files that were verified despite a flipped bit, or refused with an error other than `SIGNATURE_INVALID`. */
  readonly accepted: readonly string[]
  readonly flips: number
}

/**
 * Verifies a folder's files with one bit flipped at a time.
 *
 * @param bitsOf which of a file's bits to flip
 */
export async function flipBits(
  { storage, path }: StoredPlace,
  verify: (files: Files) => Promise<unknown>,
  bitsOf: (name: string, bytes: Uint8Array) => Iterable<number>,
): Promise<Flips> {
  const files: Files = {}
  for (const name of await storage.list(path)) files[name] = await storage.read(`${path}/${name}`)
  await verify(files)
  const accepted: string[] = []
  let flips = 0
  for (const [name, bytes] of Object.entries(files)) {
    for (const bit of bitsOf(name, bytes)) {
      const changed = bytes.slice()
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      const outcome = await verify({ ...files, [name]: changed }).then(
        () => 'accepted',
        (error: unknown) => (error instanceof PatchError ? error.code : String(error)),
      )
      if (outcome !== 'SIGNATURE_INVALID') accepted.push(`${name}, bit ${bit}: ${outcome}`)
      flips++
    }
  }
  return { accepted, flips }
}
