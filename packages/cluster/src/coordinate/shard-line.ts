import { type LanguageModel, PatchError } from '@policypatch/core'
import { type Job, Queue, QueueEvents } from 'bullmq'
import type { Redis } from 'ioredis'
import { PREFIX } from '../queue/connect-redis.ts'
import {
  type ModelQueue,
  modelQueue,
  type ShardJob,
  type ShardReport,
  shardReport,
} from '../queue/model-queue.ts'

/** How a job ended. */
export type Answer = { readonly report: ShardReport } | { readonly fault: string }

/** The queue of one model, as the coordinator uses it. */
export interface ShardLine {
  readonly queue: ModelQueue
  /** Pending jobs. */
  readonly waiting: readonly ShardJob[]
  /** Adds a job under an id, unless it exists, and waits for it to end. */
  ask(id: string, job: ShardJob, signal: AbortSignal | undefined): Promise<Answer>
  /** Checks the pending jobs: refills a queue that was lost, and finds jobs whose end was missed. */
  look(): Promise<void>
  close(): Promise<void>
}

/** Attempts, on any worker, before the coordinator hears of a temporary failure. */
const retries = { attempts: 3, backoff: { type: 'exponential', delay: 300 } } as const

/** Jobs that have ended are kept for `cluster status` and for debugging. */
const kept = { removeOnComplete: { age: 3600, count: 2000 }, removeOnFail: { age: 7 * 86_400, count: 2000 } }

interface Waiter {
  readonly job: ShardJob
  readonly end: (answer: Answer) => void
}

export async function openLine(redis: Redis, model: LanguageModel): Promise<ShardLine> {
  const described = await modelQueue(model)
  const options = { connection: redis, prefix: PREFIX }
  const queue = new Queue<ShardJob>(described.name, options)
  const events = new QueueEvents(described.name, options)
  const waiters = new Map<string, Waiter>()
  // Connections are restored automatically; `look` finds what was missed meanwhile.
  queue.on('error', () => {})
  events.on('error', () => {})
  events.on('completed', ({ jobId, returnvalue }) => waiters.get(jobId)?.end(ended(returnvalue)))
  events.on('failed', ({ jobId, failedReason }) => waiters.get(jobId)?.end({ fault: failedReason }))
  await events.waitUntilReady()

  const add = async (id: string, job: ShardJob): Promise<Job<ShardJob>> =>
    queue.add(job.kind, job, { jobId: id, ...retries, ...kept })

  return {
    queue: described,
    get waiting() {
      return [...waiters.values()].map(({ job }) => job)
    },
    async ask(id, job, signal) {
      const answer = new Promise<Answer>((end) => waiters.set(id, { job, end }))
      const done = new AbortController()
      try {
        // A job that already exists may have ended long ago.
        const { timestamp } = await add(id, job)
        if (Date.now() - timestamp > 1000) await lookAfter(id)
        return await Promise.race([answer, aborted(signal, done.signal)])
      } finally {
        waiters.delete(id)
        done.abort()
      }
    },
    async look() {
      for (const id of [...waiters.keys()]) await lookAfter(id)
    },
    async close() {
      await events.close()
      await queue.close()
    },
  }

  async function lookAfter(id: string): Promise<void> {
    const waiter = waiters.get(id)
    if (!waiter) return
    const job = await queue.getJob(id)
    if (!job) await add(id, waiter.job)
    else if (await job.isCompleted()) waiter.end(ended(job.returnvalue))
    else if (await job.isFailed()) waiter.end({ fault: job.failedReason })
  }
}

function ended(value: unknown): Answer {
  const read = shardReport.safeParse(typeof value === 'string' ? JSON.parse(value) : value)
  return read.success
    ? { report: read.data }
    : { fault: `a report of another form: ${JSON.stringify(value)}` }
}

/** Rejects once `signal` is aborted; listens to it until `done` is. */
function aborted(signal: AbortSignal | undefined, done: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () =>
      reject(
        new PatchError('ABORTED', {
          expected: 'all shards to be done',
          found: 'an abort signal',
          remedy: 'Run it again to resume; shards that are done are not done again',
          cause: signal?.reason,
        }),
      )
    if (signal?.aborted) stop()
    else signal?.addEventListener('abort', stop, { once: true, signal: done })
  })
}
