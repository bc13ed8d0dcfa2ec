import type { Redis } from 'ioredis'
import * as z from 'zod'
import { PREFIX } from './connect-redis.ts'

/** Milliseconds after which a silent participant is forgotten. */
export const LIFETIME = 10_000

const queue = z.object({
  name: z.string(),
  model: z.string(),
  version: z.string(),
  identity: z.object({
    weights: z.string(),
    config: z.string(),
    tokenizer: z.string(),
    precision: z.enum(['float32', 'int8']),
  }),
})

/** A worker, as it reports itself every few seconds. */
const worker = z.object({
  id: z.string(),
  host: z.string(),
  queues: z.array(queue),
  /** Milliseconds since 1970, by its own clock. */
  started: z.number(),
  done: z.number(),
  rows: z.number(),
  /** Seconds spent working. */
  busy: z.number(),
  /** The kind of the shard that it is working on. */
  at: z.string().optional(),
})
export type WorkerEntry = z.infer<typeof worker>

/** A run, as its coordinator reports it. */
const run = z.object({
  id: z.string(),
  host: z.string(),
  queue,
  started: z.number(),
  /** Shards requested so far, and shards finished. */
  shards: z.number(),
  done: z.number(),
  rows: z.number(),
  /** Rows of pending shards. */
  waitingRows: z.number(),
})
export type RunEntry = z.infer<typeof run>

/** The participants: workers and runs report themselves, and are forgotten when they stop. */
export interface Roster {
  tell(entry: WorkerEntry): Promise<void>
  tellRun(entry: RunEntry): Promise<void>
  leave(id: string): Promise<void>
  workers(): Promise<WorkerEntry[]>
  runs(): Promise<RunEntry[]>
}

/** A participant's key in Redis. */
export const keyOf = (id: string) => `${PREFIX}:here:${id}`

export function openRoster(redis: Redis): Roster {
  const list = (what: string) => `${PREFIX}:${what}`
  const tell = async (what: string, entry: { readonly id: string }) => {
    await redis
      .multi()
      .sadd(list(what), entry.id)
      .set(keyOf(entry.id), JSON.stringify(entry), 'PX', LIFETIME)
      .exec()
  }
  const read = async <Entry>(what: string, schema: z.ZodType<Entry>): Promise<Entry[]> => {
    const ids = (await redis.smembers(list(what))).sort()
    if (ids.length === 0) return []
    const texts = await redis.mget(ids.map(keyOf))
    const gone = ids.filter((_, i) => texts[i] === null)
    if (gone.length > 0) await redis.srem(list(what), ...gone)
    // Another version may report itself in another format.
    return texts.flatMap((text) => {
      const entry = text === null ? undefined : schema.safeParse(JSON.parse(text))
      return entry?.success ? [entry.data] : []
    })
  }
  return {
    tell: (entry) => tell('workers', entry),
    tellRun: (entry) => tell('runs', entry),
    async leave(id) {
      await redis.del(keyOf(id))
    },
    workers: () => read('workers', worker),
    runs: () => read('runs', run),
  }
}

/** Milliseconds between two reports. */
export const TELL_EVERY = 2_000
