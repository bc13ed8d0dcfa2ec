import type { Page } from 'puppeteer-core'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Time on the processor, in microseconds. */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

/**
 * Milliseconds of the longest task of the browser's pages while something is done. Counted is the time on the processor:
 * on a machine that does other things too, a short task may take long.
 */
export async function longestTask(page: Page, act: () => Promise<void>): Promise<number> {
  await page.tracing.start({ categories: ['disabled-by-default-devtools.timeline'] })
  await act()
  const trace = (await page.tracing.stop()) as Uint8Array
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: TraceEvent[] }
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const ofPages = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(thread),
  )
  const tasks = traceEvents.filter(
    (event) => event.ph === 'X' && event.name === 'RunTask' && ofPages.has(thread(event)),
  )
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1000))
}
