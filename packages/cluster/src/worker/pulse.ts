import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Keeps keys in Redis that would otherwise expire, for as long as this process lives. */
export interface Pulse {
  /** From now on the key lives for `lifetime` milliseconds more, again and again. */
  keep(key: string, lifetime: number): void
  letGo(key: string): void
  close(): Promise<void>
}

/**
 * A run of a program blocks this thread, for minutes where a model is large, and so all that would say in time that the worker is
 * there. A thread of its own says it. It ends with the process, however that ends.
 *
 * @param every milliseconds between two beats
 */
export function startPulse(queue: string, every: number): Pulse {
  const ioredis = createRequire(import.meta.url).resolve('ioredis')
  const worker = new Worker(thread, { eval: true, workerData: { ioredis, queue, every } })
  worker.unref()
  // Without it a lock may be lost, and its shard is done again.
  worker.on('error', () => {})
  return {
    keep: (key, lifetime) => worker.postMessage({ key, lifetime }),
    letGo: (key) => worker.postMessage({ key }),
    async close() {
      await worker.terminate()
    },
  }
}

/** Code, not a file: wherever this package is bundled it comes along. */
const thread = `
const { parentPort, workerData } = require('node:worker_threads')
const { Redis } = require(workerData.ioredis)
const redis = new Redis(workerData.queue, { maxRetriesPerRequest: null })
// Connections are made again by themselves.
redis.on('error', () => {})
const kept = new Map()
parentPort.on('message', ({ key, lifetime }) => {
  if (lifetime === undefined) kept.delete(key)
  else kept.set(key, lifetime)
})
setInterval(() => {
  for (const [key, lifetime] of kept) redis.pexpire(key, lifetime).catch(() => {})
}, workerData.every)
`
