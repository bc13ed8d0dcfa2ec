import { PatchError } from '@policypatch/core'
import type { ByteSource } from '@policypatch/core/platform'
import { storingOnWeb } from './web-storage-error.ts'

/** A ByteSource over a browser's file. What is not read stays on disk. */
export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    async read(start, end) {
      if (end > blob.size) {
        throw new PatchError('TRUNCATED', {
          expected: `${end} bytes in ${name}`,
          found: `${blob.size}`,
          remedy: 'The file is truncated; download or select it again',
        })
      }
      return storingOnWeb(name, async () => new Uint8Array(await blob.slice(start, end).arrayBuffer()))
    },
    async close() {},
  }
}
