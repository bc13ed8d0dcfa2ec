import { printable, printableJson, printableLine, printablePieces } from '@policypatch/core/platform'

/**
 * All that is printed goes through here: names of files, manifests, answers of models and messages of servers are by others,
 * and a terminal would take orders from them.
 */

/** Prints a result on standard output. */
export function printText(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

/** Prints a result as JSON on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`)
}

/** Prints a model's answer on standard output as it comes, and gives it as it was. */
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

/** Says something as JSON on standard error, in one line. */
export function sayJson(value: unknown): void {
  process.stderr.write(`${printableJson(JSON.stringify(value))}\n`)
}

/** Says something on standard error, in one line. */
export function say(text: string, heading = ''): void {
  process.stderr.write(`${heading}${printableLine(text)}\n`)
}

/** Says something on standard error that has lines of its own. */
export function sayLines(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}
