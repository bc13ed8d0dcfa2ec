import { median } from './median.ts'

/** The cells of a table that tell of times in seconds: their median, and all of them in the order of the runs. */
export function timeCells(times: readonly number[]): [median: string, all: string] {
  return [`${median(times).toFixed(2)} s`, times.map((time) => time.toFixed(2)).join(' ')]
}
