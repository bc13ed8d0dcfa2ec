import { PatchError } from '@policypatch/core'

export function malformed(found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected: 'a zip archive that can be read in one way only',
    found,
    remedy: 'Get the archive again, or give its files',
  })
}

export function unsupported(found: string): PatchError {
  return new PatchError('UNSUPPORTED', {
    expected: 'a zip archive of few small files, stored or packed by Deflate',
    found,
    remedy: 'Unpack it and give the files that are needed',
  })
}
