/** Milliseconds within which a second signal counts as a repeat of the first: npm forwards a terminal's Ctrl-C once more. */
const echo = 300

/**
 * Returns a signal that fires on the first Ctrl-C or SIGTERM, with the signal's name as its reason. A second one ends the process
 * immediately.
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

/** Waits until a signal fires. */
export const fired = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
