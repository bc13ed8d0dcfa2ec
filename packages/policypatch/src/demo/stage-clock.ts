/** Wall time by stage, in seconds, and in which stages the memory of the process grew. */
export interface StageClock {
  /** Adds the time since the last lap, or since the clock was made, to a stage's sum, and notes the memory. */
  lap(stage: string): void
  /** Seconds by stage, and in all. */
  seconds(): Readonly<Record<string, number>> & { readonly total: number }
  /** Bytes by which the largest resident size of the process grew in each stage; in `start`, what it was before. */
  growth(): Readonly<Record<string, number>>
}

/** The largest resident size of this process so far, in bytes. */
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
