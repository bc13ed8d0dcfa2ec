import { PatchError } from '@policypatch/core'
import { Redis } from 'ioredis'

/** Prefix of all keys of policypatch in Redis. */
export const PREFIX = 'policypatch'

/** Milliseconds between attempts to reconnect: short at first, then one second, for as long as it takes. */
const retryStrategy = (attempt: number) => Math.min(50 * attempt, 1000)

/**
 * Connects to Redis. A connection that breaks later is restored, and commands sent meanwhile wait for it.
 *
 * @param patience milliseconds within which it must answer at first
 * @throws PatchError `INVALID_ARGUMENT` for a URL that is not one of Redis, `UNREACHABLE` if nothing answers
 */
export async function connectRedis(url: string, patience = 10_000): Promise<Redis> {
  if (!/^rediss?:\/\/./.test(url)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a queue redis://HOST:PORT, or rediss:// with TLS',
      found: url,
      remedy: 'Give the address of a Redis server',
    })
  }
  // Null: commands wait until the connection is restored, instead of failing.
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: true })
  let last: unknown
  redis.on('error', (error) => {
    last = error
  })
  try {
    await Promise.race([
      (async () => {
        await redis.connect().catch(() => {})
        await redis.ping()
      })(),
      new Promise((_, reject) =>
        setTimeout(() => reject(new Error(`no answer in ${patience / 1000} s`)), patience).unref(),
      ),
    ])
    return redis
  } catch (cause) {
    redis.disconnect()
    const found = last instanceof Error && last.message ? last.message : (cause as Error).message
    throw new PatchError('UNREACHABLE', {
      expected: `Redis at ${withoutPassword(url)}`,
      found,
      remedy: 'Start redis-server there, or check the address, the password and the network',
      cause,
    })
  }
}

/** A URL as it may be shown in messages. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}
