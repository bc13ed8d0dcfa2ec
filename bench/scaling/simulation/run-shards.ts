/**
 * Simulates workers that take shards from a queue until every shard has a result. A worker asks the queue, reads the data shared
 * by the run's shards, works, sends the result, and reports. Requests to the queue are handled one at a time, as by
 * single-threaded Redis. All transfers share one link, with each direction separate.
 *
 * A shard is a pure function of its inputs, so two workers may run the same one and the first result counts. With `reissue`, a
 * worker that finds the queue empty takes a shard that has run for `late` times its median cost.
 */
import { createRandom } from '@policypatch/core/platform'
import { createClock } from './clock.ts'
import { type CostModel, drawCost, drawSlowness } from './shard-cost.ts'
import { sharedLink } from './shared-link.ts'

export interface Network {
  readonly bytesPerSecond: number
  /** End-to-end seconds. */
  readonly latency: number
  /** Seconds that the queue needs for one request. */
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

/** Above the range of jitter, because copying a shard that is not late wastes a worker. */
const late = 1.25

/** Seconds until every shard has a result. */
export function runShards(run: ShardRun): number {
  const { workers, shards, cost, units = 1, network, readBytes = 0, resultBytes, reissue = false } = run
  const random = createRandom(run.seed)
  const costs = Array.from({ length: shards }, () => drawCost(cost, units, random))
  const clock = createClock()
  const down = sharedLink(clock, network.bytesPerSecond, network.latency)
  const up = sharedLink(clock, network.bytesPerSecond, network.latency)
  /** Shards without a result, with their start times. Each is copied at most once. */
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
