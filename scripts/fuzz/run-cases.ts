import fc from 'fast-check'
import { type CaseOutcome, caseOutcome, mostMemory, type Violation } from './case-outcome.ts'
import { type Files, type FuzzedReader, sizeOf } from './fuzzed-reader.ts'
import type { MemoryGauge } from './memory-gauge.ts'

/** A fault: its kind, how often it occurs, and the first case that shows it. */
export interface Fault {
  readonly kind: Violation
  readonly what: string
  count: number
  /** Index of the case. */
  readonly first: number
}

/** The results of a reader's cases. */
export interface Tally {
  cases: number
  accepted: number
  /** Number of cases by error code. */
  readonly refused: Record<string, number>
  /** Milliseconds. */
  slowest: number
  /** Peak bytes, and peak bytes in excess of 8 × the file. */
  mostMemory: number
  mostBeyond: number
  readonly faults: Fault[]
}

export interface CasesToRun {
  readonly cases: number
  readonly seed: number
  /** If absent, memory is not measured. */
  readonly gauge?: MemoryGauge
  /** Called with the index of the next case. */
  readonly onCase?: (index: number) => void
}

/** Milliseconds from which a case is run again, because the machine may have been busy. */
const doubtfulTime = 1000

/** Runs a reader on the requested number of cases and tallies the results. */
export async function runCases(
  reader: FuzzedReader,
  { cases, seed, gauge, onCase }: CasesToRun,
): Promise<Tally> {
  const tally: Tally = {
    cases: 0,
    accepted: 0,
    refused: {},
    slowest: 0,
    mostMemory: 0,
    mostBeyond: 0,
    faults: [],
  }
  const each = fc.asyncProperty(reader.files, async (files) => {
    const first = tally.cases++
    onCase?.(first)
    const { code, milliseconds, memory, violation } = await measured(reader, files, gauge)
    tally.slowest = Math.max(tally.slowest, milliseconds)
    tally.mostMemory = Math.max(tally.mostMemory, memory)
    tally.mostBeyond = Math.max(tally.mostBeyond, memory - 8 * sizeOf(files))
    if (code) tally.refused[code] = (tally.refused[code] ?? 0) + 1
    else if (violation?.kind !== 'raw exception') tally.accepted++
    if (!violation) return
    const known = tally.faults.find(
      ({ kind, what }) => kind === violation.kind && sameKind(kind, what, violation.what),
    )
    if (known) known.count++
    else tally.faults.push({ ...violation, count: 1, first })
  })
  // Errors thrown by a reader are counted. An error thrown here is a bug in this script.
  await fc.assert(each, { seed, numRuns: cases })
  return tally
}

/** Slow cases are one fault, whatever their figures, and so are memory-hungry ones. Others differ by their description. */
const sameKind = (kind: Violation, one: string, other: string) =>
  kind === 'slow' || kind === 'memory' || one.slice(0, 30) === other.slice(0, 30)

interface MeasuredOutcome extends CaseOutcome {
  readonly memory: number
}

async function measured(reader: FuzzedReader, files: Files, gauge?: MemoryGauge): Promise<MeasuredOutcome> {
  const first = await once(reader, files, gauge)
  if (first.milliseconds < doubtfulTime && first.memory < mostMemory(files) / 2) return first
  // Run alone after a garbage collection. The better result counts.
  gauge?.sweep()
  const second = await once(reader, files, gauge)
  const milliseconds = Math.min(first.milliseconds, second.milliseconds)
  const memory = Math.min(first.memory, second.memory)
  const { kind } = first.violation ?? second.violation ?? {}
  if (kind === 'raw exception' || kind === 'ambiguous') return { ...first, milliseconds, memory }
  const better = second.violation ? first : second
  const violation =
    better.violation ??
    (memory > mostMemory(files)
      ? { kind: 'memory' as const, what: `${Math.round(memory / 2 ** 20)} MB for ${sizeOf(files)} bytes` }
      : undefined)
  return { ...better, milliseconds, memory, violation }
}

async function once(reader: FuzzedReader, files: Files, gauge?: MemoryGauge): Promise<MeasuredOutcome> {
  gauge?.begin()
  const outcome = await caseOutcome(reader, files)
  return { ...outcome, memory: gauge?.end() ?? 0 }
}

/** Time limit for shrinking a case, in milliseconds. */
const shrinkingTime = 30_000

/** The smallest files that show a fault, found by fast-check's shrinking. */
export async function smallestCase(
  reader: FuzzedReader,
  { kind, what, first }: Fault,
  { seed, gauge }: Pick<CasesToRun, 'seed' | 'gauge'>,
): Promise<Files> {
  const holds = fc.asyncProperty(reader.files, async (files) => {
    const { violation } = await measured(reader, files, gauge)
    return violation?.kind !== kind || !sameKind(kind, what, violation.what)
  })
  const { counterexample } = await fc.check(holds, {
    seed,
    path: String(first),
    numRuns: 1,
    interruptAfterTimeLimit: shrinkingTime,
  })
  return counterexample?.[0] ?? filesOfCase(reader, seed, first)
}

/** The original files of a case. */
export function filesOfCase(reader: FuzzedReader, seed: number, index: number): Files {
  return fc.sample(reader.files, { seed, path: String(index), numRuns: 1 })[0] as Files
}
