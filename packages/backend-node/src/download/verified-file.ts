import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Digest } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { storing } from '../files/storage-error.ts'
import type { ModelCache } from './model-cache.ts'

/**
 * For each file of a cache, `verified/<its path>.json` records the digest that it was found to have, and its size and
 * modification time then. While both are unchanged, the digest is trusted, so that gigabytes of weights are not read twice at
 * each start. Otherwise the file is hashed again. This detects truncated, overwritten and badly copied files, but not attackers:
 * whoever can write to the cache can also write its records.
 */
const schema = z.object({
  size: z.number(),
  mtimeMs: z.number(),
  algorithm: z.enum(['sha256', 'git-blob']),
  hex: z.string(),
})

const recordOf = (cache: ModelCache, path: string) =>
  join(cache.folder, 'verified', `${relative(cache.folder, path)}.json`)

async function readRecord(path: string): Promise<z.output<typeof schema> | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data
  } catch {
    // Without a readable record, the file itself is hashed.
    return undefined
  }
}

/** Records the digest that a file was found to have. */
export async function recordVerified(cache: ModelCache, path: string, digest: Digest): Promise<void> {
  const { size, mtimeMs } = await storing(path, () => stat(path))
  const text = `${JSON.stringify({ size, mtimeMs, ...digest })}\n`
  const record = recordOf(cache, path)
  // If the cache is not writable, files are hashed at each use.
  await mkdir(dirname(record), { recursive: true })
    .then(() => writeFile(record, text))
    .catch(() => undefined)
}

/** Whether `path` is a regular file with the expected digest. */
export async function isVerified(
  cache: ModelCache,
  path: string,
  digest: Digest,
  size?: number,
): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile() || (size !== undefined && stats.size !== size)) return false
  const known = await readRecord(recordOf(cache, path))
  if (known?.size === stats.size && known.mtimeMs === stats.mtimeMs && known.algorithm === digest.algorithm) {
    return known.hex === digest.hex
  }
  if ((await storing(path, () => fileDigest(path, digest.algorithm))) !== digest.hex) return false
  await recordVerified(cache, path, digest)
  return true
}

/** The digest of a file, read in chunks. */
export async function fileDigest(path: string, algorithm: Digest['algorithm']): Promise<string> {
  const hash = createHash(algorithm === 'sha256' ? 'sha256' : 'sha1')
  if (algorithm === 'git-blob') hash.update(`blob ${(await stat(path)).size}\0`)
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece)
  return hash.digest('hex')
}
