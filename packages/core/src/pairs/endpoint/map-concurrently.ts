/**
 * Written by hand because p-map's iterable yields results in the order of the items and keeps running tasks alive if one fails.
 */

/**
 * Runs a task for each item, at most `concurrency` at a time, and yields results as they complete, with the item's index. If a
 * task fails, the signal fires or the consumer stops, running tasks are aborted and awaited.
 */
export async function* mapConcurrently<T, R>(
  items: readonly T[],
  concurrency: number,
  task: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly index: number; readonly result: R }> {
  // One controller per task: clients add listeners to their signals, which would accumulate on a shared one.
  const underWay = new Map<number, AbortController>()
  const pending = new Map<number, Promise<{ index: number; result: R }>>()
  const abort = () => {
    for (const controller of underWay.values()) controller.abort(signal?.reason)
  }
  const start = async (index: number) => {
    const controller = new AbortController()
    if (signal?.aborted) controller.abort(signal.reason)
    underWay.set(index, controller)
    try {
      return { index, result: await task(items[index] as T, controller.signal) }
    } finally {
      underWay.delete(index)
    }
  }
  signal?.addEventListener('abort', abort)
  let next = 0
  try {
    while (next < items.length || pending.size > 0) {
      for (; next < items.length && pending.size < concurrency; next++) pending.set(next, start(next))
      const done = await Promise.race(pending.values())
      pending.delete(done.index)
      yield done
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    abort()
    await Promise.allSettled(pending.values())
  }
}
