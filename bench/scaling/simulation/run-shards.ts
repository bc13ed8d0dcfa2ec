/**
 * Workers that take shards from a queue until all have a result. A worker asks the queue, reads what the shards of this run
 * share, works, sends the result, and reports. All requests to the queue wait in one line, as Redis has one thread; all
 * transfers share one link, each direction for itself.
 *
 * A shard is a pure function of its inputs, so that two workers may take the same one and the first result counts. With
 * `reissue`, a worker that finds the queue empty takes a shard that has run for `late` times the median of what it costs.
 */
import { createRandom } from '@policypatch/core/platform'
import { createClock } from './clock.ts'
import { type CostModel, drawCost, drawSlowness } from './shard-cost.ts'
import { sharedLink } from './shared-link.ts'

export interface Network {
  readonly bytesPerSecond: number
  /** Seconds from end to end. */
  readonly latency: number
  /** Seconds that the queue is busy with one request. */
  readonly queue: number
}

export interface ShardRun {
  readonly workers: number
  readonly shards: number
  readonly cost: CostModel
  /** Units of `cost` in a shard. Default 1. */
  readonly units?: number
  readonly network: Network
  /** Bytes that a worker reads before its first shard. Default 0. */
  readonly readBytes?: number
  readonly resultBytes: number
  readonly reissue?: boolean
  readonly seed: number
}

/** Above what jitter makes of a shard, as a copy of one that is not late costs a worker. */
const late = 1.25

/** Seconds until every shard has a result. */
export function runShards(run: ShardRun): number {
  const { workers, shards, cost, units = 1, network, readBytes = 0, resultBytes, reissue = false } = run
  const random = createRandom(run.seed)
  const costs = Array.from({ length: shards }, () => drawCost(cost, units, random))
  const clock = createClock()
  const down = sharedLink(clock, network.bytesPerSecond, network.latency)
  const up = sharedLink(clock, network.bytesPerSecond, network.latency)
  /** Shards that have no result yet, by when they were begun; a copy is made once. */
  const running = new Map<number, { readonly begun: number; copied: boolean }>()
  const idle: (() => void)[] = []
  let [next, left, queueFree] = [0, shards, 0]

  const askQueue = (answered: () => void) => {
    queueFree = Math.max(queueFree, clock.now()) + network.queue
    clock.after(queueFree - clock.now() + 2 * network.latency, answered)
  }
  const work = (shard: number, goOn: () => void) => {
    clock.after((costs[shard] as number) * drawSlowness(cost, random), () => {
      if (!running.has(shard)) return goOn()
      up.send(resultBytes, () => askQueue(() => finish(shard, goOn)))
    })
  }
  const finish = (shard: number, goOn: () => void) => {
    if (running.delete(shard) && --left === 0) return clock.stop()
    goOn()
  }
  const takeNext = (): void => {
    if (next === shards) {
      if (reissue) waitForLate(takeNext)
      return
    }
    const shard = next++
    running.set(shard, { begun: clock.now(), copied: false })
    work(shard, () => askQueue(takeNext))
  }
  const waitForLate = (goOn: () => void) => {
    idle.push(goOn)
    copyLate()
  }
  const copyLate = (): void => {
    const open = [...running].filter(([, { copied }]) => !copied)
    const oldest = open.sort(([, a], [, b]) => a.begun - b.begun)[0]
    if (oldest === undefined || idle.length === 0) return
    const [shard, state] = oldest
    const wait = state.begun + late * cost.seconds * units - clock.now()
    if (wait > 1e-9) {
      clock.after(wait, copyLate)
      return
    }
    state.copied = true
    const goOn = idle.pop() as () => void
    work(shard, goOn)
    copyLate()
  }

  for (let worker = 0; worker < workers; worker++) askQueue(() => down.send(readBytes, takeNext))
  clock.run()
  return clock.now()
}
