import { PatchError } from '@policypatch/core'
import type { CommanderError } from 'commander'
import { createColors } from 'picocolors'
import { say, sayJson, sayLines } from './terminal.ts'

export interface ReportErrorOptions {
  /** Whether to print causes. */
  readonly verbose: boolean
  /** Whether to print the error as JSON. */
  readonly json?: boolean
}

/**
 * Prints an error in one line on standard error, with its causes if `verbose`. Returns the exit code: 130 or 143 for an
 * interruption, else 1.
 */
export function reportError(error: unknown, { verbose, json = false }: ReportErrorOptions): number {
  const exitCode = exitCodeOf(error)
  if (json) reportJson(error, verbose)
  else if (exitCode !== 1) say('Interrupted.')
  else reportText(error, verbose)
  return exitCode
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof PatchError) || error.code !== 'ABORTED') return 1
  return error.cause === 'SIGTERM' ? 143 : 130
}

function reportText(error: unknown, verbose: boolean): void {
  const { red } = createColors(process.stderr.isTTY === true && !process.env.NO_COLOR)
  const kind = error instanceof PatchError ? `error ${error.code}:` : 'error:'
  say(messageOf(error), `${red(kind)} `)
  if (!verbose) return
  if (!(error instanceof PatchError)) sayLines((error as Error).stack ?? '')
  for (const cause of causesOf(error)) sayLines(`caused by: ${cause}`)
}

/** Prints the error as the last line of standard error: `{"error": {"code", "message", …}}`. */
function reportJson(error: unknown, verbose: boolean): void {
  const parts =
    error instanceof PatchError
      ? { code: error.code, expected: error.expected, found: error.found, remedy: error.remedy }
      : { code: 'UNEXPECTED' }
  sayJson({ error: { ...parts, message: messageOf(error), ...(verbose && { causes: causesOf(error) }) } })
}

/** Prints a usage error as JSON. */
export function reportUsageError({ code, message }: CommanderError): void {
  const text = code === 'commander.help' ? 'name a command' : message.replace(/^error: /, '')
  sayJson({ error: { code: 'USAGE', message: text } })
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function causesOf(error: unknown): string[] {
  const causes: string[] = []
  let next = error instanceof Error ? error.cause : undefined
  while (next !== undefined) {
    causes.push(next instanceof Error ? (next.stack ?? next.message) : String(next))
    next = next instanceof Error ? next.cause : undefined
  }
  return causes
}
