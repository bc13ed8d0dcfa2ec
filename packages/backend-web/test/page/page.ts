import { type Outcome, runTask } from './run-task.ts'

declare global {
  interface Window {
    /** Runs a task in a Worker of its own, or in the page; the page's longest task meanwhile, in ms, from 50. */
    runTask(
      name: string,
      input: unknown,
      where: 'worker' | 'page',
    ): Promise<Outcome & { longestTask: number }>
  }
}

window.runTask = async (name, input, where) => {
  let longestTask = 0
  const look = (entries: PerformanceEntryList) => {
    for (const { duration } of entries) longestTask = Math.max(longestTask, duration)
  }
  const observer = new PerformanceObserver((list) => look(list.getEntries()))
  observer.observe({ type: 'longtask' })
  const outcome = await (where === 'page' ? runTask(name, input) : inWorker(name, input))
  look(observer.takeRecords())
  observer.disconnect()
  return { ...outcome, longestTask }
}

async function inWorker(name: string, input: unknown): Promise<Outcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data)
      worker.onerror = (event) => reject(new Error(event.message || 'the worker did not load'))
      worker.postMessage({ name, input })
    })
  } finally {
    worker.terminate()
  }
}
