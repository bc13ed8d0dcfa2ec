import type { HostTensor } from '../../backend/backend.ts'
import { PatchError } from '../../errors.ts'
import type { BlockKeyValues } from '../decoder/key-value-cache.ts'
import type { Prefix } from './prefix.ts'

/** A cached prefix. */
export interface HeldPrefix {
  readonly prefix: Prefix
  readonly bytes: number
}

/** Cached keys and values of prefixes that a model has applied, up to a limit. The least recently used are dropped first. */
export interface PrefixCache {
  /** Maximum size in bytes. A single prefix may be larger: it is kept until another one is used. */
  readonly limit: number
  /** Current size in bytes. */
  readonly bytes: number
  /** The cached prefixes, most recently used last. Parts of a prefix are cached separately, so that stacks share them. */
  held(): readonly HeldPrefix[]
  /** Drops everything. Entries being computed or used stay valid. */
  clear(): void
}

export interface ComputingPrefixCache extends PrefixCache {
  /** Keys and values of a prefix without parts, computed once as long as they stay cached. */
  get(prefix: Prefix, compute: () => Promise<BlockKeyValues>): Promise<BlockKeyValues>
}

const DEFAULT_PREFIX_CACHE_BYTES = 256 * 2 ** 20

/** @throws `INVALID_ARGUMENT` unless the limit is a number from 0 up. */
export function createPrefixCache(limit = DEFAULT_PREFIX_CACHE_BYTES): ComputingPrefixCache {
  if (!(limit >= 0)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'prefixCacheBytes of at least 0',
      found: `${limit}`,
      remedy: 'Use a number of bytes; 0 keeps one prefix at a time',
    })
  }
  /** In order of last use. */
  const entries = new Map<Prefix, { readonly values: Promise<BlockKeyValues>; bytes: number }>()
  const total = () => [...entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  const trim = () => {
    for (const oldest of entries.keys()) {
      if (entries.size <= 1 || total() <= limit) return
      entries.delete(oldest)
    }
  }
  return {
    limit,
    get bytes() {
      return total()
    },
    held: () => [...entries].map(([prefix, { bytes }]) => ({ prefix, bytes })),
    clear: () => entries.clear(),
    get(prefix, compute) {
      const known = entries.get(prefix)
      if (known) {
        entries.delete(prefix)
        entries.set(prefix, known)
        return known.values
      }
      const entry = { values: compute(), bytes: 0 }
      entries.set(prefix, entry)
      entry.values.then(
        (block) => {
          entry.bytes = Object.values(block).reduce(
            (sum, tensor) => sum + (tensor as HostTensor).data.byteLength,
            0,
          )
          trim()
        },
        () => {
          if (entries.get(prefix) === entry) entries.delete(prefix)
        },
      )
      return entry.values
    },
  }
}
