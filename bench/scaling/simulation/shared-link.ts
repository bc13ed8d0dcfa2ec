import FlatQueue from 'flatqueue'
import type { Clock } from './clock.ts'

/** One direction of a network link. */
export interface Link {
  send(bytes: number, arrived: () => void): void
}

/**
 * A link whose transfers have equal shares of it while they last (processor sharing), as TCP connections nearly have. What
 * every transfer has got since the start is one number, `served`, so that a transfer ends when it has grown by its bytes.
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
    // Rounding must not leave a rest that takes no time.
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
