import { Worker } from 'node:worker_threads'

/** Bytes of garbage to tolerate before collecting it. */
const mostGarbage = 24 * 2 ** 20

/** Milliseconds after which a case counts as an endless loop. */
export const longestCase = 20_000

/** Bytes at which a growing process is ended. */
const largestProcess = 4 * 2 ** 30

/**
 * Watches the process from another thread, even while a case blocks this one. Tracks the peak memory since the last query. If a
 * case does not end, or memory keeps growing, reports it and ends the process.
 */
const watching = `
  const { workerData: { shared, longest, largest } } = require('node:worker_threads')
  const [peak, cases] = [new Float64Array(shared, 0, 1), new Int32Array(shared, 8, 2)]
  let seen = 0, since = Date.now()
  function end(why) {
    require('node:fs').writeSync(1, JSON.stringify({ ended: why }) + '\\n')
    process.kill(process.pid, 'SIGKILL')
  }
  for (;;) {
    Atomics.wait(cases, 1, 0, 2)
    const held = process.memoryUsage.rss()
    if (held > peak[0]) peak[0] = held
    const now = Atomics.load(cases, 0)
    if (now !== seen) [seen, since] = [now, Date.now()]
    else if (now % 2 === 1 && Date.now() - since > longest) end('no end within ' + longest / 1000 + ' s')
    if (held > largest) end('more than ' + largest / 2 ** 30 + ' GiB of memory')
  }
`

/** Measures the memory of a case: the peak growth of the process, or the growth of its untouched buffers if larger. */
export interface MemoryGauge {
  /** Starts the measurement before a case. */
  begin(): void
  /** Ends the measurement after a case and returns its bytes. */
  end(): number
  /** Collects garbage, before a case is measured again. */
  sweep(): void
  stop(): Promise<unknown>
}

/** Needs `--expose-gc`. */
export function memoryGauge(): MemoryGauge {
  const shared = new SharedArrayBuffer(16)
  const [peak, cases] = [new Float64Array(shared, 0, 1), new Int32Array(shared, 8, 2)]
  const worker = new Worker(watching, {
    eval: true,
    execArgv: [],
    workerData: { shared, longest: longestCase, largest: largestProcess },
  })
  let [swept, rss, buffers, most] = [0, 0, 0, 0]
  const used = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const highest = () => process.resourceUsage().maxRSS * 1024
  const sweep = () => {
    globalThis.gc?.()
    swept = used()
  }
  return {
    sweep,
    begin() {
      if (used() - swept > mostGarbage) sweep()
      Atomics.add(cases, 0, 1)
      rss = process.memoryUsage.rss()
      buffers = process.memoryUsage().arrayBuffers
      most = highest()
      peak[0] = rss
    },
    end() {
      Atomics.add(cases, 0, 1)
      const now = highest()
      const held = Math.max(now > most ? now : 0, peak[0] as number, process.memoryUsage.rss())
      return Math.max(held - rss, process.memoryUsage().arrayBuffers - buffers, 0)
    },
    stop: () => worker.terminate(),
  }
}
