import { patchFolders, zipStorage } from '@policypatch/backend-web/storage'
import { type Patch, PatchError, readPatch, type Storage } from '@policypatch/core'
import { tarStorage } from './tar-storage.ts'

const megabyte = 2 ** 20

/** Most bytes of an archive: a patch has less than one MiB. */
export const mostArchiveBytes = 16 * megabyte
/** Most bytes of all its files, unpacked. They are kept in memory, and nothing is written before the patch in them is checked. */
const mostBytes = 24 * megabyte
const mostFiles = 200

/**
 * The patch in a zip archive, a tar archive, or one compressed with gzip: at its top, or in the only folder below it that has
 * one.
 *
 * @param name the archive's name, for messages
 * @throws PatchError `NOT_FOUND` for an archive without a patch; `INVALID_ARGUMENT` for several; `MALFORMED` for links, names
 *   that lead out of the archive, names that file systems treat as equal, and damage; `UNSUPPORTED` for more than 16 MiB, 24 MiB
 *   unpacked or 200 files; and the errors of `readPatch`
 */
export async function readArchive(bytes: Uint8Array, name: string): Promise<Patch> {
  const storage = await openArchive(bytes, name)
  const [folder, ...others] = await patchFolders({ storage, path: '' })
  if (folder && others.length === 0) return readPatch(folder)
  throw new PatchError(folder ? 'INVALID_ARGUMENT' : 'NOT_FOUND', {
    expected: `exactly one patch in ${name}`,
    found: folder ? [folder, ...others].map(({ path }) => path).join(', ') : 'no patch.json',
    remedy: folder ? 'Unpack it and pass the folder of one of them' : 'Check that it is the right file',
  })
}

async function openArchive(bytes: Uint8Array, name: string): Promise<Storage> {
  if (bytes.length > mostArchiveBytes) throw tooLarge(name, bytes.length)
  const [first, second] = bytes
  const isZip = first === 0x50 && second === 0x4b
  const isGzip = first === 0x1f && second === 0x8b
  if (isZip) return zipStorage(bytes, { maxBytes: mostBytes, maxFiles: mostFiles })
  return tarStorage(bytes, { name, isGzip, maxBytes: mostBytes, maxFiles: mostFiles })
}

/** The error for an archive that is too large to read. */
export const tooLarge = (name: string, found: number | string): PatchError =>
  new PatchError('UNSUPPORTED', {
    expected: `an archive of at most ${mostArchiveBytes} bytes at ${name}`,
    found: `${found}`,
    remedy: 'Check that it is the right file: patches are far smaller',
  })
