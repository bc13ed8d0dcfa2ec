/**
 * Runs the cases of one reader in a process of their own, started by fuzz.ts, under supervision. Prints the result as a line of
 * JSON.
 */

import { openSync, writeSync } from 'node:fs'
import { writeCase } from './case-folder.ts'
import { memoryGauge } from './memory-gauge.ts'
import { fuzzedReaders } from './readers.ts'
import { runCases, smallestCase } from './run-cases.ts'

const [name, cases, seed, folder = '.', progress = ''] = process.argv.slice(2)
const reader = fuzzedReaders.find((one) => one.name === name)
if (!reader) throw new Error(`no reader ${name}`)

// If the process is killed from outside, this file records at which case.
const file = openSync(progress, 'w')
const gauge = memoryGauge()
const run = { cases: Number(cases), seed: Number(seed), gauge }
const strays: string[] = []
process.on('unhandledRejection', (error) => strays.push(`${(error as Error)?.stack ?? error}`))

const tally = await runCases(reader, {
  ...run,
  onCase: (index) => writeSync(file, String(index).padEnd(12), 0),
})
for (const stray of strays.slice(0, 3)) {
  tally.faults.push({ kind: 'raw exception', what: `unhandled: ${stray}`, count: strays.length, first: -1 })
}
const kept: string[] = []
for (const fault of tally.faults.filter(({ first }) => first >= 0)) {
  kept.push(writeCase(folder, reader.name, await smallestCase(reader, fault, run)))
}
writeSync(1, `${JSON.stringify({ tally, kept })}\n`)
await gauge.stop()
process.exit(0)
