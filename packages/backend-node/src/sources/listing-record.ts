import { createHash } from 'node:crypto'
import { PatchError } from '@policypatch/core'
import type { HubId, HubListing } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import type { ModelCache } from '../download/model-cache.ts'
import { fileStorage } from '../files/file-storage.ts'

const schema = z.object({
  commit: z.string().check(z.regex(/^[\da-f]{40}$/)),
  kind: z.enum(['gguf', 'safetensors']),
  files: z.array(
    z.object({
      path: z.string(),
      name: z.string(),
      size: z.number(),
      digest: z.object({ algorithm: z.enum(['sha256', 'git-blob']), hex: z.string() }),
    }),
  ),
})

/** Longest name of a record: file systems allow 255 bytes. */
const longest = 200

/** The commit of a branch or tag when it was fetched, and the files that were chosen. */
export interface ListingRecord {
  /** Undefined if there is none that this version can read. */
  read(): Promise<HubListing | undefined>
  write(listing: HubListing): Promise<void>
}

/** @param home segments of the repository's folder in the cache */
export function listingRecord(
  cache: ModelCache,
  home: readonly string[],
  { revision = 'main', file, quantization }: HubId,
): ListingRecord {
  const asked = encodeURIComponent(file ?? (quantization ? `:${quantization}` : 'default'))
  const name = asked.length > longest ? createHash('sha256').update(asked).digest('hex') : asked
  const path = cache.path(...home, 'refs', encodeURIComponent(revision), `${name}.json`)
  const storage = fileStorage()
  return {
    async read() {
      try {
        const { data } = schema.safeParse(JSON.parse(new TextDecoder().decode(await storage.read(path))))
        return data
      } catch (error) {
        if (error instanceof SyntaxError) return undefined
        if (error instanceof PatchError && error.code === 'NOT_FOUND') return undefined
        throw error
      }
    },
    write: (listing) => storage.write(path, new TextEncoder().encode(`${JSON.stringify(listing)}\n`)),
  }
}
