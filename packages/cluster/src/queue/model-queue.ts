/**
 * Queues. Each model has its own, named by everything that the exact bits of an outcome depend on: the version of policypatch and
 * the model's weights, configuration, tokenizer and precision. So a worker with another model or version never gets one of its
 * shards.
 */

import type { LanguageModel } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { type ModelIdentity, modelIdentity } from '@policypatch/core/tasks'
import * as z from 'zod'
import { version } from '../version.ts'
import { PREFIX } from './connect-redis.ts'

/** The queue of a model, and what it is named by. */
export interface ModelQueue {
  readonly name: string
  readonly model: string
  readonly version: string
  /** Identity of the base, without a prefix. */
  readonly identity: Omit<ModelIdentity, 'prefix'>
}

/** Increment when the format of what is sent changes. */
const PROTOCOL = 1

export async function modelQueue(model: LanguageModel): Promise<ModelQueue> {
  const { prefix: _, ...identity } = await modelIdentity(model)
  const digest = await sha256(new TextEncoder().encode(JSON.stringify([version, PROTOCOL, identity])))
  return { name: `shards-${digest.slice(0, 16)}`, model: model.id, version, identity }
}

/** How a queue's model or version differs from another's, for messages. */
export function difference(wanted: ModelQueue, found: ModelQueue): string {
  if (wanted.version !== found.version) return `policypatch ${found.version} instead of ${wanted.version}`
  const parts = Object.keys(wanted.identity) as (keyof ModelQueue['identity'])[]
  const other = parts.filter((part) => wanted.identity[part] !== found.identity[part])
  const shown = (one: string) => (one.length > 16 ? `${one.slice(0, 12)}…` : one)
  return other
    .map((part) => `${part} ${shown(found.identity[part])} instead of ${shown(wanted.identity[part])}`)
    .join(', ')
}

/** Larger data of a shard, by SHA-256 (hex): in Redis if only one step needs it, otherwise in the store. */
const attachment = z.object({ digest: z.string(), at: z.enum(['redis', 'store']) })

/** The data of a job. */
export const shardJob = z.object({
  /** SHA-256 (hex) of the model, the kind, the input and the digests of the attachments. */
  key: z.string(),
  kind: z.string(),
  rows: z.number(),
  /** Base64; absent if it is in the store, under the key. */
  input: z.string().optional(),
  attachments: z.record(z.string(), attachment),
  /** Whether its outcome goes to Redis, for a short time only. */
  fleeting: z.boolean(),
})
export type ShardJob = z.infer<typeof shardJob>

/** The report on a finished shard; its outcome is stored elsewhere. */
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

/** Milliseconds after which data that only one step needs expires. */
export const STEP_LIFETIME = 15 * 60_000
