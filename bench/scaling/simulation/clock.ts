import FlatQueue from 'flatqueue'

/** Simulated time: actions run in order of their scheduled time, without any real delay. */
export interface Clock {
  /** Seconds since the start. */
  now(): number
  /** Schedules an action. The returned function cancels it. */
  after(seconds: number, action: () => void): () => void
  /** Runs until nothing is scheduled, or until `stop`. */
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
