import { performance } from 'node:perf_hooks'
import { PatchError } from '@policypatch/core'
import type { ErrorCode } from '@policypatch/core/platform'
import { type Files, type FuzzedReader, sizeOf } from './fuzzed-reader.ts'

/** What must never happen when a file is read. */
export type Violation = 'raw exception' | 'ambiguous' | 'slow' | 'memory'

/** Maximum milliseconds of a case. */
export const mostTime = 2000

/** Maximum bytes of a case. */
export const mostMemory = (files: Files): number => 64 * 2 ** 20 + 8 * sizeOf(files)

export interface CaseOutcome {
  /** Undefined if the files were accepted. */
  readonly code?: ErrorCode | undefined
  readonly milliseconds: number
  readonly violation?: { readonly kind: Violation; readonly what: string } | undefined
}

/** Milliseconds since the start, excluding time in which other processes had the CPU: work plus waiting. */
function stopwatch(): () => number {
  const [start, before, worked] = [performance.now(), performance.eventLoopUtilization(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(worked)
    const { idle } = performance.eventLoopUtilization(before)
    return Math.min(performance.now() - start, (user + system) / 1000 + idle)
  }
}

/** Runs a reader on the files of one case. */
export async function caseOutcome(reader: FuzzedReader, files: Files): Promise<CaseOutcome> {
  const elapsed = stopwatch()
  const error = await reader.read(files).then(
    () => undefined,
    (thrown: unknown) => ({ thrown }),
  )
  const milliseconds = elapsed()
  if (error) {
    const { thrown } = error
    if (thrown instanceof PatchError)
      return { code: thrown.code, milliseconds, violation: tooSlow(milliseconds) }
    return { milliseconds, violation: { kind: 'raw exception', what: described(thrown) } }
  }
  const twice = ambiguityOf(reader, files)
  if (twice !== undefined) return { milliseconds, violation: { kind: 'ambiguous', what: twice } }
  return { milliseconds, violation: tooSlow(milliseconds) }
}

/** It is also ambiguous if only one of two readers accepts the files. */
function ambiguityOf(reader: FuzzedReader, files: Files): string | undefined {
  try {
    return reader.ambiguity?.(files)
  } catch (error) {
    return `another reader fails: ${described(error)}`
  }
}

const tooSlow = (milliseconds: number): CaseOutcome['violation'] =>
  milliseconds > mostTime ? { kind: 'slow', what: `${Math.round(milliseconds)} ms` } : undefined

/** The error and its source location, which distinguish faults. */
function described(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `${thrown}`
  const place = /packages\/[^\s):]+:\d+/.exec(thrown.stack ?? '')?.[0]
  return `${thrown.name}: ${thrown.message.slice(0, 200)}${place ? ` (${place})` : ''}`
}
