import FlatQueue from 'flatqueue'
import type { Clock } from './clock.ts'

/** One direction of a network link. */
export interface Link {
  send(bytes: number, arrived: () => void): void
}

/**
 * A link that its current transfers share equally (processor sharing), much as TCP connections do. `served` is the number of
 * bytes that every transfer has received since the start, so a transfer ends when `served` has grown by its size.
 */
export function sharedLink(clock: Clock, bytesPerSecond: number, latency = 0): Link {
  const underWay = new FlatQueue<() => void>()
  let [served, since] = [0, 0]
  let cancel = () => {}
  const advance = () => {
    if (underWay.length > 0) served += ((clock.now() - since) * bytesPerSecond) / underWay.length
    since = clock.now()
  }
  const planNext = () => {
    cancel()
    const next = underWay.peekValue()
    if (next === undefined) return
    cancel = clock.after((Math.max(0, next - served) * underWay.length) / bytesPerSecond, finish)
  }
  const finish = () => {
    advance()
    // Rounding must not leave a remainder that takes no time.
    served = Math.max(served, underWay.peekValue() ?? 0)
    while ((underWay.peekValue() ?? Number.POSITIVE_INFINITY) <= served + 1e-3) {
      clock.after(latency, underWay.pop() as () => void)
    }
    planNext()
  }
  return {
    send(bytes, arrived) {
      if (bytes === 0 || bytesPerSecond === Number.POSITIVE_INFINITY) {
        clock.after(latency, arrived)
        return
      }
      advance()
      underWay.push(arrived, served + bytes)
      planNext()
    },
  }
}
