import { type LanguageModel, PatchError } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { performShard } from '@policypatch/core/tasks'
import type { Redis } from 'ioredis'
import { heldAs, type ShardJob, STEP_LIFETIME, storedAs } from '../queue/model-queue.ts'
import type { ResultStore } from '../store/result-store.ts'
import { pack, seal, unpack, unseal } from '../wire/pack.ts'

/** Most attachments to keep, by last use: the examples of a stage, the prefixes of a stack. */
const MOST_KEPT = 16

/** Runs the shards of jobs with a model, and stores their outcomes where the coordinator finds them. */
export function shardDoer(model: LanguageModel, redis: Redis, store: ResultStore) {
  const kept = new Map<string, unknown>()

  const attachment = async ({ digest, at }: ShardJob['attachments'][string]): Promise<unknown> => {
    const held = kept.get(digest)
    kept.delete(digest)
    const value = held ?? unpack(await (at === 'redis' ? fromRedis(digest) : fromStore(digest)))
    kept.set(digest, value)
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
    return value
  }

  const fromRedis = async (digest: string): Promise<Uint8Array> => {
    const bytes = await redis.getBuffer(heldAs.attachment(digest))
    if (!bytes) throw missing(heldAs.attachment(digest), 'Redis')
    const found = await sha256(bytes)
    if (found === digest) return bytes
    throw otherThan(heldAs.attachment(digest), digest, found)
  }

  const fromStore = async (digest: string): Promise<Uint8Array> => {
    const name = storedAs.attachment(digest)
    const bytes = await fetched(name)
    const found = await sha256(bytes)
    if (found === digest) return bytes
    throw otherThan(name, digest, found)
  }

  const fetched = async (name: string): Promise<Uint8Array> => {
    const sealed = await store.get(name)
    if (!sealed) throw missing(name, store.place)
    return unseal(sealed, name)
  }

  return async ({ key, kind, input, attachments, fleeting }: ShardJob): Promise<void> => {
    const read = input === undefined ? await fetched(storedAs.input(key)) : Buffer.from(input, 'base64')
    const attached: Record<string, unknown> = {}
    for (const [name, one] of Object.entries(attachments)) attached[name] = await attachment(one)
    const outcome = await performShard(model, { kind, input: unpack(read), attachments: attached })
    const sealed = await seal(pack(outcome))
    if (fleeting) await redis.set(heldAs.outcome(key), Buffer.from(sealed), 'PX', STEP_LIFETIME)
    else await store.put(storedAs.outcome(key), sealed)
  }
}

const missing = (name: string, place: string) =>
  new PatchError('NOT_FOUND', {
    expected: `${name} in ${place}`,
    found: 'nothing',
    remedy: 'Give all machines the same queue and the same store; the run sends it again',
  })

const otherThan = (name: string, expected: string, found: string) =>
  new PatchError('DIGEST_MISMATCH', {
    expected: `${name} with the SHA-256 ${expected}`,
    found,
    remedy: 'The run sends it again; if this goes on, check the store',
  })
