import { PatchError } from '@policypatch/core'
import { createColors } from 'picocolors'
import { say, sayLines } from './terminal.ts'

/**
 * Says on standard error in one line what went wrong, with its causes where they are asked for, and gives the exit
 * code: 130 or 143 for an interruption, else 1.
 */
export function reportError(error: unknown, { verbose }: { readonly verbose: boolean }): number {
  const { red } = createColors(process.stderr.isTTY === true && !process.env.NO_COLOR)
  if (error instanceof PatchError && error.code === 'ABORTED') {
    say('Interrupted.')
    return error.cause === 'SIGTERM' ? 143 : 130
  }
  const kind = error instanceof PatchError ? `error ${error.code}:` : 'error:'
  const { message, cause, stack } = error instanceof Error ? error : new Error(String(error))
  say(message, `${red(kind)} `)
  if (!verbose) return 1
  if (!(error instanceof PatchError)) sayLines(stack ?? '')
  for (let next = cause; next !== undefined; next = next instanceof Error ? next.cause : undefined) {
    sayLines(`caused by: ${next instanceof Error ? (next.stack ?? next.message) : String(next)}`)
  }
  return 1
}
