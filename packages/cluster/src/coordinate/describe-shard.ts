import { sha256 } from '@policypatch/core/platform'
import type { Shard } from '@policypatch/core/tasks'
import type { Redis } from 'ioredis'
import { heldAs, type ModelQueue, type ShardJob, STEP_LIFETIME, storedAs } from '../queue/model-queue.ts'
import type { ResultStore } from '../store/result-store.ts'
import { pack, seal } from '../wire/pack.ts'

/** A shard as it is sent to workers. */
export interface DescribedShard {
  readonly job: ShardJob
  /** Uploads what it needs to where workers find it. Without `again`, what is already there is left as it is. */
  upload(options?: { readonly again?: boolean }): Promise<void>
}

interface Packed {
  readonly digest: string
  readonly bytes: Uint8Array
}

/** Describes shards. What they have in common is packed and sent only once. */
export function shardDescriber(redis: Redis, store: ResultStore) {
  const packed = new WeakMap<object, Promise<Packed>>()
  const sent = new Set<string>()
  const packOnce = (value: unknown): Promise<Packed> => {
    if (typeof value !== 'object' || value === null) return packNow(value)
    const held = packed.get(value) ?? packNow(value)
    packed.set(value, held)
    return held
  }
  return async (queue: ModelQueue, shard: Shard<unknown>): Promise<DescribedShard> => {
    const { kind, rows, fleeting = [] } = shard
    const parts = await Promise.all(
      Object.entries(shard.attachments).map(async ([name, value]) => ({
        ...{ name, ...(await packOnce(value)) },
        at: fleeting.includes(name) ? ('redis' as const) : ('store' as const),
      })),
    )
    const attachments = Object.fromEntries(parts.map(({ name, digest, at }) => [name, { digest, at }]))
    const input = pack(shard.input)
    const digests = parts.map(({ name, digest }) => [name, digest])
    const key = (await packNow([queue.name, kind, digests, await sha256(input)])).digest
    const forStep = fleeting.length > 0
    return {
      job: {
        ...{ key, kind, rows, attachments, fleeting: forStep },
        ...(forStep && { input: Buffer.from(input).toString('base64') }),
      },
      async upload({ again = false } = {}) {
        const once = async (name: string, put: () => Promise<unknown>) => {
          if (sent.has(name) && !again) return
          await put()
          sent.add(name)
        }
        for (const { digest, bytes, at } of parts) {
          if (at === 'redis') {
            const name = heldAs.attachment(digest)
            await once(name, () => redis.set(name, Buffer.from(bytes), 'PX', STEP_LIFETIME))
          } else {
            const name = storedAs.attachment(digest)
            await once(name, async () => {
              if (again || !(await store.has(name))) await store.put(name, await seal(bytes))
            })
          }
        }
        if (forStep) return
        const name = storedAs.input(key)
        if (again || !(await store.has(name))) await store.put(name, await seal(input))
      },
    }
  }
}

async function packNow(value: unknown): Promise<Packed> {
  const bytes = pack(value)
  return { digest: await sha256(bytes), bytes }
}
