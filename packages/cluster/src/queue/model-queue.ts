/**
 * Queues. Each model has its own, named by all that the bits of an outcome depend on: the version of policypatch and the model's weights,
 * configuration, tokenizer and precision. So a worker with another model or version never gets a shard of this one.
 */

import type { LanguageModel } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { type ModelIdentity, modelIdentity } from '@policypatch/core/tasks'
import * as z from 'zod'
import { version } from '../version.ts'
import { PREFIX } from './connect-redis.ts'

/** What a queue is for. */
export interface ModelQueue {
  readonly name: string
  readonly model: string
  readonly version: string
  /** Of the base, without a prefix. */
  readonly identity: Omit<ModelIdentity, 'prefix'>
}

/** @param protocol changes with what is sent */
const PROTOCOL = 1

export async function modelQueue(model: LanguageModel): Promise<ModelQueue> {
  const { prefix: _, ...identity } = await modelIdentity(model)
  const digest = await sha256(new TextEncoder().encode(JSON.stringify([version, PROTOCOL, identity])))
  return { name: `shards-${digest.slice(0, 16)}`, model: model.id, version, identity }
}

/** How a queue's model or version differs from another's: for messages. */
export function difference(wanted: ModelQueue, found: ModelQueue): string {
  if (wanted.version !== found.version) return `policypatch ${found.version} instead of ${wanted.version}`
  const parts = Object.keys(wanted.identity) as (keyof ModelQueue['identity'])[]
  const other = parts.filter((part) => wanted.identity[part] !== found.identity[part])
  const shown = (one: string) => (one.length > 16 ? `${one.slice(0, 12)}…` : one)
  return other
    .map((part) => `${part} ${shown(found.identity[part])} instead of ${shown(wanted.identity[part])}`)
    .join(', ')
}

/** Larger data of a shard, by SHA-256 (hex): for a step alone in Redis, for longer in the store. */
const attachment = z.object({ digest: z.string(), at: z.enum(['redis', 'store']) })

/** What a job says. */
export const shardJob = z.object({
  /** SHA-256 (hex) of the model, the kind, the input and the digests of the attachments. */
  key: z.string(),
  kind: z.string(),
  rows: z.number(),
  /** Base64; absent where it is in the store, under the key. */
  input: z.string().optional(),
  attachments: z.record(z.string(), attachment),
  /** Its outcome goes to Redis, and not for long. */
  fleeting: z.boolean(),
})
export type ShardJob = z.infer<typeof shardJob>

/** What is told of a shard that was done; its outcome is elsewhere. */
export const shardReport = z.object({ worker: z.string(), host: z.string(), seconds: z.number() })
export type ShardReport = z.infer<typeof shardReport>

/** Names in the store. */
export const storedAs = {
  attachment: (digest: string) => `attachments/${digest}`,
  input: (key: string) => `shards/${key.slice(0, 2)}/${key}`,
  outcome: (key: string) => `outcomes/${key.slice(0, 2)}/${key}`,
}

/** Names in Redis. */
export const heldAs = {
  attachment: (digest: string) => `${PREFIX}:attachment:${digest}`,
  outcome: (key: string) => `${PREFIX}:outcome:${key}`,
}

/** What is of use in a step alone is gone after so many milliseconds. */
export const STEP_LIFETIME = 15 * 60_000
