import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

/** Keeps keys in Redis that would otherwise expire, for as long as this process lives. */
export interface Pulse {
  /** Sets the key's remaining lifetime to `lifetime` milliseconds, again and again. */
  keep(key: string, lifetime: number): void
  letGo(key: string): void
  close(): Promise<void>
}

/**
 * A run of a program blocks this thread, for minutes if a model is large, and with it everything that should report in time that
 * the worker is alive. So a separate thread does that. It ends with the process, however that ends.
 *
 * @param every milliseconds between two beats
 */
export function startPulse(queue: string, every: number): Pulse {
  const ioredis = createRequire(import.meta.url).resolve('ioredis')
  const worker = new Worker(thread, { eval: true, workerData: { ioredis, queue, every } })
  worker.unref()
  // Without the thread, a lock may expire, and its shard is repeated.
  worker.on('error', () => {})
  return {
    keep: (key, lifetime) => worker.postMessage({ key, lifetime }),
    letGo: (key) => worker.postMessage({ key }),
    async close() {
      await worker.terminate()
    },
  }
}

/** Code, not a file, so that it is included wherever this package is bundled. */
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
