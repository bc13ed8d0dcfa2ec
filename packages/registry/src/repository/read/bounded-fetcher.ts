import { Readable } from 'node:stream'
import { boundedDownload, type DownloadOptions } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import { BaseFetcher } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'

/** Most bytes of metadata whose length nobody has signed. */
export const unsignedLengths = {
  rootMaxLength: 512_000,
  timestampMaxLength: 16_384,
  snapshotMaxLength: 2_000_000,
  targetsMaxLength: 5_000_000,
}
const unsigned: readonly number[] = Object.values(unsignedLengths)
/** Most bytes of other files. */
const mostBytes = 2 ** 30

/** Downloads for `tuf-js`, within limits of length and time, and into memory. */
export class BoundedFetcher extends BaseFetcher {
  /** Why the last download failed: in some places, the updater keeps only its message. */
  failure: PatchError | undefined
  readonly #options: DownloadOptions

  constructor(options: DownloadOptions) {
    super()
    this.#options = options
  }

  override async fetch(url: string): Promise<Readable> {
    return Readable.from([await this.downloadBytes(url, mostBytes)])
  }

  override async downloadBytes(url: string, maxLength: number): Promise<Buffer> {
    this.failure = undefined
    try {
      const bytes = await boundedDownload(url, maxLength, this.#options, !unsigned.includes(maxLength))
      if (bytes) return Buffer.from(bytes.buffer)
    } catch (error) {
      if (error instanceof PatchError) this.failure = error
      throw error
    }
    // The updater takes this as the end of the chain of roots. It requests nothing else that may be absent.
    if (!/\d+\.root\.json$/.test(url)) this.failure = absent(url)
    throw new DownloadHTTPError(`no file at ${url}`, 404)
  }
}

const absent = (url: string) =>
  new PatchError('NOT_FOUND', {
    expected: `a file at ${url}`,
    found: 'none',
    remedy: 'Check the address of the repository, and that all of its files are there',
  })
