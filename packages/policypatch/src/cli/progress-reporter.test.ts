import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progressReporter } from './progress-reporter.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function collected() {
  const stream = new PassThrough({ encoding: 'utf8' })
  return { stream, lines: () => ((stream.read() as string | null) ?? '').split('\n').slice(0, -1) }
}

test('without a terminal a stage prints its first report, its last, and one every five seconds, with rate and time left', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream })
  for (let done = 1; done <= 10; done++) {
    progress.report({ stage: 'sft', done, total: 10, detail: `loss ${done}` })
    vi.advanceTimersByTime(2000)
  }
  progress.line('filtered')
  progress.report({ stage: 'sft', done: 1, total: 10 })
  expect(lines()).toEqual([
    'sft 1/10  loss 1',
    'sft 4/10  loss 4  2.0 s each, 12 s left',
    'sft 7/10  loss 7  2.0 s each, 6.0 s left',
    'sft 10/10  loss 10  in 18 s',
    'filtered',
    'sft 1/10',
  ])
})

test('bytes are shown in megabytes, a total only where it is known', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream })
  progress.report({ stage: 'download a', done: 1_250_000, total: 98_000_000, unit: 'bytes' })
  progress.report({ stage: 'download b', done: 2_000_000, total: undefined, unit: 'bytes' })
  expect(lines()).toEqual(['download a 1.3/98.0 MB', 'download b 2.0 MB'])
})

test('a stage that begins in its midst is timed from there, bytes by the second, and long times in minutes and hours', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream })
  progress.report({ stage: 'eval', done: 500, total: 20_000 })
  vi.advanceTimersByTime(10_000)
  progress.report({ stage: 'eval', done: 530, total: 20_000 })
  progress.report({ stage: 'download', done: 0, total: 5e9, unit: 'bytes' })
  vi.advanceTimersByTime(10_000)
  progress.report({ stage: 'download', done: 25e6, total: 5e9, unit: 'bytes' })
  progress.report({ stage: 'count', done: 0, total: undefined })
  vi.advanceTimersByTime(6_000)
  progress.report({ stage: 'count', done: 120, total: undefined })
  expect(lines()).toEqual([
    'eval 500/20000',
    'eval 530/20000  3.0/s, 1 h 48 min left',
    'download 0.0/5000.0 MB',
    'download 25.0/5000.0 MB  2.5 MB/s, 33 min left',
    'count 0',
    'count 120  20/s',
  ])
})

test('the rate is that of the last pieces: a wait between two of them, or in another stage, does not count', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream })
  const step = (done: number, seconds: number) => {
    vi.advanceTimersByTime(seconds * 1000)
    progress.report({ stage: 'sft', done, total: 200 })
  }
  step(1, 0)
  for (let done = 2; done <= 10; done++) step(done, 2)
  // Somebody answers validation prompts.
  step(11, 3600)
  step(12, 2)
  step(13, 2)
  step(14, 2)
  progress.report({ stage: 'check', done: 1, total: 4 })
  step(15, 7200)
  step(16, 2)
  // It got slower for good.
  for (let done = 17; done <= 60; done++) step(done, 10)
  const told = lines()
  expect(told.find((line) => line.startsWith('sft 11/'))).toBe('sft 11/200  2.0 s each, 6 min left')
  expect(told.find((line) => line.startsWith('sft 14/'))).toBe('sft 14/200  2.0 s each, 6 min left')
  expect(told.find((line) => line.startsWith('sft 15/'))).toBe('sft 15/200')
  expect(told.find((line) => line.startsWith('sft 17/'))).toBe('sft 17/200  2.0 s each, 6 min left')
  expect(told.at(-1)).toBe('sft 60/200  10 s each, 23 min left')
})

test('a first item, for which a whole batch was waited, gives no rate', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream })
  for (const [done, seconds] of [
    [0, 0],
    [1, 30],
    [33, 10],
  ] as const) {
    vi.advanceTimersByTime(seconds * 1000)
    progress.report({ stage: 'responses', done, total: 97 })
  }
  expect(lines()).toEqual(['responses 0/97', 'responses 1/97', 'responses 33/97  3.2/s, 20 s left'])
})

test('quiet is silent', () => {
  const { stream, lines } = collected()
  const progress = progressReporter({ stream, quiet: true })
  progress.report({ stage: 'sft', done: 1, total: 1 })
  progress.line('text')
  expect(lines()).toEqual([])
})

test('a terminal gets one line that moves, which stays once its stage has ended', () => {
  vi.stubEnv('NO_COLOR', '1')
  vi.stubEnv('TERM', 'xterm')
  vi.stubEnv('CI', undefined)
  const { stream, lines } = collected()
  const moves = { clearLine: () => true, cursorTo: () => true, moveCursor: () => true }
  const progress = progressReporter({ stream: Object.assign(stream, { isTTY: true, columns: 80 }, moves) })
  progress.report({ stage: 'sft', done: 1, total: 2 })
  progress.report({ stage: 'sft', done: 2, total: 2 })
  progress.end()
  expect(lines().filter((line) => line.includes('✔'))).toEqual([expect.stringMatching(/✔ sft 2\/2$/)])
  vi.unstubAllEnvs()
})
