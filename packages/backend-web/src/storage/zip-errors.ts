import { PatchError } from '@policypatch/core'

export function malformed(found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: 'a zip archive that every reader interprets the same way',
    found,
    remedy: 'Download the archive again, or use its files',
  })
}

export function unsupported(found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: 'a small zip archive of few files, stored or compressed with Deflate',
    found,
    remedy: 'Unpack it and use the files that you need',
  })
}
