import FlatQueue from 'flatqueue'

/** Simulated time: what is planned happens in the order of its time, and costs none of ours. */
export interface Clock {
  /** Seconds since the start. */
  now(): number
  /** Plans an action; the function it returns takes it back. */
  after(seconds: number, action: () => void): () => void
  /** Runs until nothing is planned, or until `stop`. */
  run(): void
  stop(): void
}

interface Planned {
  readonly action: () => void
  cancelled: boolean
}

export function createClock(): Clock {
  const planned = new FlatQueue<Planned>()
  let [now, stopped] = [0, false]
  return {
    now: () => now,
    after(seconds, action) {
      const event = { action, cancelled: false }
      planned.push(event, now + seconds)
      return () => {
        event.cancelled = true
      }
    },
    run() {
      while (!stopped) {
        const time = planned.peekValue()
        const event = planned.pop()
        if (time === undefined || event === undefined) return
        if (event.cancelled) continue
        now = time
        event.action()
      }
    },
    stop() {
      stopped = true
    },
  }
}
