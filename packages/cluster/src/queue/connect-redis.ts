import { PatchError } from '@policypatch/core'
import { Redis } from 'ioredis'

/** All keys of policypatch in Redis begin so. */
export const PREFIX = 'policypatch'

/** Waits between attempts to connect again: soon at first, then every second, for as long as it takes. */
const retryStrategy = (attempt: number) => Math.min(50 * attempt, 1000)

/**
 * Connects to Redis. A connection that breaks later is made again, and what was asked meanwhile waits for it.
 *
 * @param patience milliseconds in which it must answer first
 * @throws PatchError `INVALID_ARGUMENT` for what is no address of Redis, `UNREACHABLE` where nothing answers
 */
export async function connectRedis(url: string, patience = 10_000): Promise<Redis> {
  if (!/^rediss?:\/\/./.test(url)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a queue redis://HOST:PORT, or rediss:// with TLS',
      found: url,
      remedy: 'Give the address of a Redis server',
    })
  }
  // Null: commands wait for a connection that is made again instead of failing.
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

/** An address as messages may show it. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//…@')
}
