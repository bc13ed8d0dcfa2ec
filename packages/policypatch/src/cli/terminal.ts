import { printable, printableJson, printableLine, printablePieces } from '@policypatch/core/platform'

/**
 * All output goes through here. File names, manifests, model answers and server messages come from others, and could otherwise
 * send control sequences to the terminal.
 */

/** Prints a result on standard output. */
export function printText(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

/** Prints a result as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`)
}

/** Prints a model's answer on standard output as it arrives, and returns it unchanged. */
export async function printAnswer(pieces: AsyncIterable<string>): Promise<string> {
  const shown = printablePieces()
  let answer = ''
  for await (const piece of pieces) {
    process.stdout.write(shown.next(piece))
    answer += piece
  }
  process.stdout.write(`${shown.end()}\n`)
  return answer
}

/** Prints one line of JSON on standard error. */
export function sayJson(value: unknown): void {
  process.stderr.write(`${printableJson(JSON.stringify(value))}\n`)
}

/** Prints one line on standard error. */
export function say(text: string, heading = ''): void {
  process.stderr.write(`${heading}${printableLine(text)}\n`)
}

/** Prints text with line breaks on standard error. */
export function sayLines(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}
