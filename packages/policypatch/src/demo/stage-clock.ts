/** Wall time by stage in seconds, and the stages in which the process's memory grew. */
export interface StageClock {
  /** Adds the time since the last lap, or since the clock was created, to a stage, and records the memory. */
  lap(stage: string): void
  /** Seconds by stage and in total. */
  seconds(): Readonly<Record<string, number>> & { readonly total: number }
  /** Bytes by which the process's largest resident set size grew in each stage. `start` is its initial value. */
  growth(): Readonly<Record<string, number>>
}

/** The largest resident set size of this process so far, in bytes. */
export const peakMemory = () => process.resourceUsage().maxRSS * 1024

export function stageClock(): StageClock {
  const started = performance.now()
  const sums: Record<string, number> = {}
  const growth: Record<string, number> = { start: peakMemory() }
  let last = started
  return {
    lap(stage) {
      const now = performance.now()
      sums[stage] = (sums[stage] ?? 0) + (now - last) / 1000
      last = now
      const grown = Object.values(growth).reduce((sum, bytes) => sum + bytes, 0)
      growth[stage] = (growth[stage] ?? 0) + peakMemory() - grown
    },
    seconds: () => ({ ...sums, total: (performance.now() - started) / 1000 }),
    growth: () => ({ ...growth }),
  }
}
