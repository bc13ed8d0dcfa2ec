import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { ByteSource, Digest } from '@policypatch/core'

/** Bytes read at a time. */
const piece = 4 * 1024 * 1024

/**
 * The digest of a file, read in pieces: the browser's own crypto.subtle takes a file at once only, and a model does not fit
 * into memory twice.
 */
export async function streamDigest(source: ByteSource, algorithm: Digest['algorithm']): Promise<string> {
  const hash = algorithm === 'sha256' ? sha256.create() : sha1.create()
  if (algorithm === 'git-blob') hash.update(new TextEncoder().encode(`blob ${source.size}\0`))
  for (let at = 0; at < source.size; at += piece) {
    hash.update(await source.read(at, Math.min(at + piece, source.size)))
  }
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
