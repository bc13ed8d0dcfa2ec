import { Queue } from 'bullmq'
import { connectRedis, PREFIX } from '../queue/connect-redis.ts'
import { openRoster, type RunEntry, type WorkerEntry } from '../queue/roster.ts'

/** The queue of one model. */
export interface QueueStatus {
  readonly model: string
  readonly version: string
  readonly waiting: number
  readonly active: number
  readonly failed: number
  /** Rows per second of all workers together, over the time they worked; undefined if none has done any. */
  readonly rowsPerSecond: number | undefined
  /** Seconds until everything that runs have sent so far is done, at that rate. */
  readonly secondsLeft: number | undefined
}

export interface ClusterStatus {
  readonly queues: readonly QueueStatus[]
  readonly workers: readonly WorkerEntry[]
  readonly runs: readonly RunEntry[]
}

/**
 * The state of a cluster: its shards, its workers and their speed.
 *
 * @throws PatchError `INVALID_ARGUMENT` for a malformed address, `UNREACHABLE`
 */
export async function clusterStatus(url: string): Promise<ClusterStatus> {
  const redis = await connectRedis(url)
  try {
    const roster = openRoster(redis)
    const [workers, runs] = [await roster.workers(), await roster.runs()]
    const named = new Map(
      [...workers.flatMap((worker) => worker.queues), ...runs.map((run) => run.queue)].map((queue) => [
        queue.name,
        queue,
      ]),
    )
    const queues: QueueStatus[] = []
    for (const { name, model, version } of named.values()) {
      const queue = new Queue(name, { connection: redis, prefix: PREFIX })
      const { waiting = 0, active = 0, failed = 0, delayed = 0 } = await queue.getJobCounts()
      await queue.close()
      const own = workers.filter(({ queues: all }) => all.some((one) => one.name === name))
      const rates = own.map(({ rows, busy }) => (busy > 0 ? rows / busy : 0))
      const rate = rates.reduce((sum, one) => sum + one, 0)
      const rowsLeft = runs.reduce((sum, run) => sum + (run.queue.name === name ? run.waitingRows : 0), 0)
      queues.push({
        ...{ model, version, active, failed, waiting: waiting + delayed },
        rowsPerSecond: rate > 0 ? rate : undefined,
        secondsLeft: rate > 0 ? rowsLeft / rate : undefined,
      })
    }
    return { queues, workers, runs }
  } finally {
    redis.disconnect()
  }
}
