import { expect, it } from 'vitest'
import { createClock } from './clock.ts'
import { runShards, type ShardRun } from './run-shards.ts'
import { runTraining, type TrainingRun } from './run-training.ts'
import { sharedLink } from './shared-link.ts'

const none = { share: 0, factor: 1 }
const infinite = { bytesPerSecond: Number.POSITIVE_INFINITY, latency: 0, queue: 0 }
const gigabit = { bytesPerSecond: 125e6, latency: 0, queue: 0 }
const even: ShardRun = {
  ...{ workers: 64, shards: 640, network: infinite, resultBytes: 1e6, seed: 1 },
  cost: { seconds: 2, spread: [1], jitter: 0, stragglers: none },
}
const training: TrainingRun = {
  ...{ workers: 64, parts: 64, steps: 3, network: infinite, seed: 1 },
  cost: even.cost,
  ...{ prefixBytes: 819_200, gradientBytes: 819_200, coordinator: { add: 0, update: 0 } },
}

it('has efficiency 1 without stragglers and with an infinite network', () => {
  for (const workers of [1, 8, 64]) {
    expect(runShards({ ...even, workers })).toBeCloseTo((640 / workers) * 2, 9)
    expect(runTraining({ ...training, workers })).toBeCloseTo((3 * 64 * 2) / workers, 9)
  }
})

it('rounds up where shards do not divide', () => {
  expect(runShards({ ...even, shards: 641 })).toBeCloseTo(22, 9)
})

it('is bound by the network where the arithmetic says so', () => {
  // Every worker reads at the same time, and sends at the same time.
  const step = 2 + (2 * 64 * 819_200) / 125e6
  expect(runTraining({ ...training, network: gigabit })).toBeCloseTo(3 * step, 6)
  const wide = runTraining({ ...training, network: { ...gigabit, bytesPerSecond: 1250e6 } })
  expect(wide).toBeCloseTo(3 * (2 + (2 * 64 * 819_200) / 1250e6), 6)
  const tree = { bytesPerSecond: 125e6 }
  expect(runTraining({ ...training, tree })).toBeCloseTo(3 * (2 + (2 * 7 * 819_200) / 125e6), 6)
})

it('is bound by the queue where each shard costs less than its requests', () => {
  const seconds = runShards({
    ...{ ...even, cost: { ...even.cost, seconds: 1e-6 } },
    network: { ...infinite, queue: 0.01 },
  })
  // Two requests for each shard.
  expect(seconds).toBeCloseTo(640 * 2 * 0.01, 6)
})

it('shares a link evenly', () => {
  const clock = createClock()
  const link = sharedLink(clock, 100, 1)
  const arrived: [string, number][] = []
  link.send(100, () => arrived.push(['first', clock.now()]))
  clock.after(0.5, () => link.send(100, () => arrived.push(['second', clock.now()])))
  clock.run()
  // Alone for half a second, half of the link until 1.5 s, alone again; and a latency of 1 s.
  expect(arrived).toEqual([
    ['first', 2.5],
    ['second', 3],
  ])
})

it('waits for stragglers, and less where late shards are issued again', () => {
  const slow = { ...training, steps: 200, cost: { ...even.cost, stragglers: { share: 0.01, factor: 4 } } }
  const mean = (run: TrainingRun) => runTraining(run) / 200
  // 1 − 0.99^64 = 0.474 of the steps take 8 s, the others 2 s.
  expect(mean(slow)).toBeGreaterThan(4.2)
  expect(mean(slow)).toBeLessThan(5.5)
  // A copy begins after 2.5 s and takes 2 s, if it is no straggler too.
  expect(mean({ ...slow, reissue: true })).toBeGreaterThan(2.9)
  expect(mean({ ...slow, reissue: true })).toBeLessThan(3.8)
})

it('waits less for stragglers where a worker has several shares of a step', () => {
  const cost = { ...even.cost, stragglers: { share: 0.01, factor: 4 } }
  const slow = { ...training, parts: 256, steps: 100, cost }
  expect(runTraining({ ...slow, shares: 4 })).toBeLessThan(0.8 * runTraining(slow))
})

it('depends on the seed alone', () => {
  const random: ShardRun = {
    ...{ ...even, network: { ...gigabit, latency: 1e-3, queue: 1e-3 }, reissue: true },
    cost: { seconds: 2, spread: [0.8, 1, 1.3], jitter: 0.1, stragglers: { share: 0.01, factor: 4 } },
  }
  expect(runShards(random)).toBe(runShards(random))
  expect(runShards({ ...random, seed: 2 })).not.toBe(runShards(random))
})
