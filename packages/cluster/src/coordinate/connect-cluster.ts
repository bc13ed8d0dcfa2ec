import { hostname } from 'node:os'
import { type LanguageModel, PatchError } from '@policypatch/core'
import type { WorkerShare } from '@policypatch/core/evaluate'
import type { Shard, ShardDone, TaskRunner } from '@policypatch/core/tasks'
import { connectRedis } from '../queue/connect-redis.ts'
import { difference, heldAs, type ShardJob, storedAs } from '../queue/model-queue.ts'
import { openRoster, TELL_EVERY, type WorkerEntry } from '../queue/roster.ts'
import { openStore } from '../store/open-store.ts'
import { unpack, unseal } from '../wire/pack.ts'
import { isPassing, receivedError } from '../wire/send-error.ts'
import { shardDescriber } from './describe-shard.ts'
import { openLine, type ShardLine } from './shard-line.ts'

export interface ClusterOptions {
  /** `redis://HOST:PORT`. */
  readonly queue: string
  /** `s3://BUCKET/PREFIX`, or a folder that all machines can access. */
  readonly store: string
  /** Receives notices for the user: that there is no worker, or that a shard is repeated and why. */
  readonly onNotice?: ((line: string) => void) | undefined
  /** Milliseconds between two checks on pending shards. Default 2000. */
  readonly lookEvery?: number | undefined
}

/** Workers on other machines, as a runner of shards. */
export interface Cluster {
  /** For `runOn`. */
  readonly runner: TaskRunner<LanguageModel>
  /** What ran where so far. `atHand`: shards whose outcomes were already in the store. */
  ran(): { readonly workers: readonly WorkerShare[]; readonly atHand: number }
  /** Leaves the queue; its contents stay. */
  close(): Promise<void>
}

/** How often to resend a shard whose outcome is missing or damaged, or that failed temporarily. */
const SENT_AGAIN = 3

/**
 * Connects to the workers of a queue. Shards whose outcomes are in the store are not repeated, whoever ran them. A lost worker
 * costs only the shard it was working on, and a lost queue is refilled. While there is no worker with the model and the version,
 * it waits and says so.
 *
 *     const cluster = await connectCluster({ queue: 'redis://10.0.0.1:6379', store: 's3://patches/runs' })
 *     const model = runOn(await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct'), cluster.runner)
 *
 * @throws PatchError `INVALID_ARGUMENT` for malformed addresses, `UNREACHABLE`
 */
export async function connectCluster(options: ClusterOptions): Promise<Cluster> {
  const { onNotice, lookEvery = 2000 } = options
  const store = await openStore(options.store)
  const redis = await connectRedis(options.queue)
  const roster = openRoster(redis)
  const describe = shardDescriber(redis, store)
  const lines = new Map<object, Promise<ShardLine>>()
  const shares = new Map<string, { -readonly [Part in keyof WorkerShare]: WorkerShare[Part] }>()
  const id = `run-${hostname()}-${process.pid}-${Date.now()}`
  const started = Date.now()
  const counts = { shards: 0, done: 0, rows: 0, atHand: 0 }
  const watch = noticeOfWorkers(onNotice)
  let present: readonly WorkerEntry[] = []
  let presentAt = 0

  const lineOf = (model: LanguageModel): Promise<ShardLine> => {
    // A model and its variants with prefixes share weights, and so one queue.
    const line = lines.get(model.weights) ?? openLine(redis, model)
    lines.set(model.weights, line)
    return line
  }
  const workersOf = async ({ queue }: ShardLine): Promise<readonly WorkerEntry[]> => {
    if (Date.now() - presentAt > TELL_EVERY) {
      present = await roster.workers()
      presentAt = Date.now()
    }
    return present.filter(({ queues }) => queues.some(({ name }) => name === queue.name))
  }

  const tell = async () => {
    const opened = await Promise.all(lines.values())
    for (const line of opened) {
      const { queue, waiting } = line
      const waitingRows = waiting.reduce((sum, job) => sum + job.rows, 0)
      await roster.tellRun({
        id: `${id}-${queue.name}`,
        host: hostname(),
        queue,
        started,
        ...counts,
        waitingRows,
      })
      if (waiting.length > 0) watch(line, await workersOf(line), present)
    }
  }
  const timers = [
    every(TELL_EVERY, tell),
    every(lookEvery, async () => {
      for (const line of await Promise.all(lines.values())) await line.look()
    }),
  ]

  /** Undefined if there is none, or it is damaged. */
  const outcomeOf = async ({ key, fleeting }: ShardJob): Promise<{ readonly value: unknown } | undefined> => {
    const name = fleeting ? heldAs.outcome(key) : storedAs.outcome(key)
    const sealed = fleeting ? await redis.getBuffer(name) : await store.get(name)
    if (!sealed) return undefined
    try {
      return { value: unpack(await unseal(sealed, name)) }
    } catch (error) {
      onNotice?.((error as Error).message)
      return undefined
    }
  }

  const doShard = async (
    line: ShardLine,
    shard: Shard<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<unknown> => {
    counts.shards++
    const { job, upload } = await describe(line.queue, shard)
    const atHand = job.fleeting ? undefined : await outcomeOf(job)
    if (atHand) {
      counts.atHand++
      return atHand.value
    }
    for (let attempt = 0; ; attempt++) {
      await upload({ again: attempt > 0 })
      const answer = await line.ask(`${job.key}-${attempt}`, job, signal)
      if ('report' in answer) {
        const outcome = await outcomeOf(job)
        if (outcome) {
          take(answer.report, job.rows)
          return outcome.value
        }
        if (attempt === SENT_AGAIN) throw withoutOutcome(job, store.place)
        onNotice?.(`The outcome of shard ${job.key.slice(0, 12)} is missing or damaged: it is done again`)
      } else {
        const error = receivedError(answer.fault, `shard ${job.key.slice(0, 12)}, ${job.kind}`)
        if (attempt === SENT_AGAIN || !isPassing(error)) throw error
        onNotice?.(`${error.message} It is done again`)
      }
    }
  }

  const take = (
    { worker, host, seconds }: { worker: string; host: string; seconds: number },
    rows: number,
  ) => {
    const share = shares.get(worker) ?? { worker, host, shards: 0, rows: 0, seconds: 0 }
    shares.set(worker, share)
    share.shards++
    share.rows += rows
    share.seconds += seconds
    counts.rows += rows
  }

  const runner: TaskRunner<LanguageModel> = {
    async width(model) {
      return Math.max(1, (await workersOf(await lineOf(model))).length)
    },
    async *run<Outcome>(
      model: LanguageModel,
      shards: readonly Shard<Outcome>[],
      { signal }: { readonly signal?: AbortSignal | undefined } = {},
    ) {
      const line = await lineOf(model)
      const begun = new Map<number, Promise<ShardDone<Outcome>>>()
      let next = 0
      while (next < shards.length || begun.size > 0) {
        // Enough that no worker has to wait for the coordinator.
        const most = 2 * (await workersOf(line)).length + 8
        while (next < shards.length && begun.size < most) {
          const index = next++
          const done = doShard(line, shards[index] as Shard<Outcome>, signal).then((outcome) => ({
            ...{ index, outcome: outcome as Outcome },
          }))
          // The run ends with the first error; others may fail after it.
          done.catch(() => {})
          begun.set(index, done)
        }
        const done = await Promise.race(begun.values())
        begun.delete(done.index)
        counts.done++
        yield done
      }
    },
  }

  return {
    runner,
    ran: () => ({
      workers: [...shares.values()].sort((a, b) => a.worker.localeCompare(b.worker)),
      atHand: counts.atHand,
    }),
    async close() {
      for (const timer of timers) clearInterval(timer)
      for (const line of await Promise.all(lines.values())) {
        await roster.leave(`${id}-${line.queue.name}`)
        await line.close()
      }
      redis.disconnect()
      store.close()
    },
  }
}

/** Reports from time to time that no worker can run the shards, and why those that are there cannot. */
function noticeOfWorkers(onNotice: ClusterOptions['onNotice']) {
  let silentUntil = Date.now() + 3000
  return ({ queue }: ShardLine, own: readonly WorkerEntry[], all: readonly WorkerEntry[]) => {
    if (own.length > 0 || Date.now() < silentUntil) return
    silentUntil = Date.now() + 30_000
    const others = all.map(({ id, queues: [first] }) =>
      first ? `${id} has ${difference(queue, first)}` : id,
    )
    const reason = others.length > 0 ? `: ${others.slice(0, 3).join('; ')}` : ''
    onNotice?.(
      `Waiting for a worker with ${queue.model} in ${queue.identity.precision} and policypatch ${queue.version}${reason}. ` +
        `Start one: policypatch worker --model ${queue.model} --precision ${queue.identity.precision}`,
    )
  }
}

/** Calls `act` periodically, never twice at once. After a failure, it is called again the next time. */
function every(milliseconds: number, act: () => Promise<void>): NodeJS.Timeout {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await act().catch(() => {})
    busy = false
  }, milliseconds)
  timer.unref()
  return timer
}

const withoutOutcome = ({ key }: ShardJob, place: string) =>
  new PatchError('NOT_FOUND', {
    expected: `the outcome of shard ${key} in ${place}`,
    found: `none that is whole, after ${SENT_AGAIN + 1} times`,
    remedy: 'Give workers and coordinator the same store, and see that it keeps what is written',
  })
