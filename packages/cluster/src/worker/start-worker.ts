import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { LanguageModel } from '@policypatch/core'
import { settleAll } from '@policypatch/core/platform'
import { UnrecoverableError, Worker } from 'bullmq'
import { connectRedis, PREFIX } from '../queue/connect-redis.ts'
import { difference, type ModelQueue, modelQueue, type ShardReport, shardJob } from '../queue/model-queue.ts'
import { keyOf, LIFETIME, openRoster, TELL_EVERY } from '../queue/roster.ts'
import { openStore } from '../store/open-store.ts'
import { isPassing, sentError } from '../wire/send-error.ts'
import { shardDoer } from './do-shard.ts'
import { startPulse } from './pulse.ts'

export interface WorkerOptions {
  /** `redis://HOST:PORT`. */
  readonly queue: string
  /** The same as the coordinator's. */
  readonly store: string
  /** The models it works with: a base, and safer references. */
  readonly models: readonly LanguageModel[]
  /** Default: the host's name and four hexadecimal digits. */
  readonly name?: string | undefined
  readonly onShard?: ((shard: ShardEvent) => void) | undefined
  readonly onNotice?: ((line: string) => void) | undefined
  /** Milliseconds after which a silent worker counts as lost. Default 15000. */
  readonly lostAfter?: number | undefined
}

/** A shard that succeeded or failed. */
export interface ShardEvent {
  readonly kind: string
  readonly rows: number
  readonly seconds: number
  /** Undefined if it succeeded. */
  readonly fault?: unknown
}

export interface RunningWorker {
  readonly name: string
  /** Shards done. */
  readonly done: number
  /** Finishes the current shard, and leaves. */
  close(): Promise<void>
}

/**
 * Runs shards, one at a time, until it is closed. It takes only those of its models and its version, and gives a notice if runs
 * wait for others.
 *
 * @throws PatchError `INVALID_ARGUMENT` for malformed addresses, `UNREACHABLE`
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { models, onShard, onNotice, lostAfter = 15_000 } = options
  const name = options.name ?? `${hostname()}-${randomBytes(2).toString('hex')}`
  const store = await openStore(options.store)
  const redis = await connectRedis(options.queue)
  const roster = openRoster(redis)
  const queues = await Promise.all(models.map(modelQueue))
  const pulse = startPulse(options.queue, Math.min(TELL_EVERY, lostAfter / 4))
  const started = Date.now()
  let [done, rows, busy] = [0, 0, 0]
  let at: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  const workers = models.map((model, i) => {
    const doShard = shardDoer(model, redis, store)
    const perform = async (data: unknown): Promise<ShardReport> => {
      const job = shardJob.parse(data)
      at = job.kind
      const begun = performance.now()
      try {
        await doShard(job)
      } catch (fault) {
        onShard?.({ kind: job.kind, rows: job.rows, seconds: (performance.now() - begun) / 1000, fault })
        const text = sentError(fault)
        throw isPassing(fault) ? new Error(text) : new UnrecoverableError(text)
      } finally {
        at = undefined
      }
      const seconds = (performance.now() - begun) / 1000
      done++
      rows += job.rows
      busy += seconds
      onShard?.({ kind: job.kind, rows: job.rows, seconds })
      return { worker: name, host: hostname(), seconds }
    }
    const worker = new Worker(
      (queues[i] as ModelQueue).name,
      ({ id, data }) => {
        const lock = `${PREFIX}:${(queues[i] as ModelQueue).name}:${id}:lock`
        pulse.keep(lock, lostAfter)
        // Models share the processor: one shard at a time.
        const turn = last.then(() => perform(data)).finally(() => pulse.letGo(lock))
        last = turn.catch(() => {})
        return turn
      },
      {
        ...{ connection: redis, prefix: PREFIX, name, concurrency: 1 },
        ...{ lockDuration: lostAfter, stalledInterval: Math.ceil(lostAfter / 2) },
        // Applies after a restart of Redis; the default is 15 s.
        runRetryDelay: 1000,
        // A shard is not to blame for workers that were lost while running it.
        maxStalledCount: 1000,
      },
    )
    // Connections are restored automatically.
    worker.on('error', () => {})
    return worker
  })

  const tell = async () => {
    await roster.tell({ id: name, host: hostname(), queues, started, done, rows, busy, ...(at && { at }) })
  }
  await tell()
  pulse.keep(keyOf(name), LIFETIME)
  const notice = noticeOfRuns(queues, onNotice)
  const timer = setInterval(() => {
    // After a failure, it is reported the next time.
    tell().then(
      async () => notice(await roster.runs()),
      () => {},
    )
  }, TELL_EVERY)
  notice(await roster.runs())
  await settleAll(workers.map((worker) => worker.waitUntilReady()))
  return {
    name,
    get done() {
      return done
    },
    async close() {
      clearInterval(timer)
      await settleAll(workers.map((worker) => worker.close()))
      await pulse.close()
      await roster.leave(name)
      redis.disconnect()
      store.close()
    },
  }
}

/** Gives one notice for each run that waits for another model or version, and so gets no help from this worker. */
function noticeOfRuns(own: readonly ModelQueue[], onNotice: WorkerOptions['onNotice']) {
  const told = new Set<string>()
  return (
    runs: readonly { readonly id: string; readonly host: string; readonly queue: ModelQueue }[],
  ): void => {
    for (const { id, host, queue } of runs) {
      if (told.has(id) || own.some(({ name }) => name === queue.name)) continue
      told.add(id)
      const why = own[0] ? difference(queue, own[0]) : 'it has no model'
      onNotice?.(
        `A run on ${host} waits for workers with ${queue.model} and policypatch ${queue.version}. This one takes none of its shards: ${why}`,
      )
    }
  }
}
