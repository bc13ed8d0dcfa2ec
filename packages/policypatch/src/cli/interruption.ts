/** Milliseconds in which a second signal is the first one again: npm passes a terminal's Ctrl-C on once more. */
const echo = 300

/**
 * A signal that fires at the first Ctrl-C or SIGTERM, its reason being the signal's name; another one ends the
 * process at once.
 */
export function interruption(onFirst: () => void): AbortSignal {
  const controller = new AbortController()
  let firstAt = Number.NEGATIVE_INFINITY
  const listen = (name: 'SIGINT' | 'SIGTERM', exitCode: number) =>
    process.on(name, () => {
      if (!controller.signal.aborted) {
        firstAt = performance.now()
        controller.abort(name)
        onFirst()
      } else if (performance.now() - firstAt > echo) process.exit(exitCode)
    })
  listen('SIGINT', 130)
  listen('SIGTERM', 143)
  return controller.signal
}

/** Waits for a signal. */
export const fired = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
