import { loadavg } from 'node:os'

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] as number)) / 2
}

/** Table cells for times in seconds: the median, and all times in the order of the runs. */
export function timeCells(times: readonly number[]): [median: string, all: string] {
  return [`${median(times).toFixed(2)} s`, times.map((time) => time.toFixed(2)).join(' ')]
}

/** Prints the last line of every comparison, for programs to read. */
export function printRatios(ratios: Readonly<Record<string, number>>): void {
  const rounded = Object.entries(ratios).map(([name, value]) => [name, Number(value.toPrecision(4))])
  console.log(JSON.stringify({ ratios: Object.fromEntries(rounded) }))
}

/** Prints the machine's load, on which times depend. */
export function printLoad(when: 'before' | 'after'): void {
  console.log(`load of the machine ${when}: ${loadavg()[0]?.toFixed(2)}`)
}
