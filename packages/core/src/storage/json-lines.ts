import type * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { checkShape, describeIssues } from '../text/check-shape.ts'
import type { Storage } from './storage.ts'
import { strictJson } from './strict-json.ts'

const newline = 0x0a

/**
 * Reads a JSON Lines file in which every line matches the schema. Blank lines, CRLF and a byte order mark are allowed.
 *
 * @throws `NOT_FOUND`; `EMPTY_DATA` for a file without a row; `MALFORMED`, naming file and line.
 */
export async function readJsonLines<T>(
  storage: Storage,
  path: string,
  schema: z.core.$ZodType<T>,
): Promise<T[]> {
  const rows = parseLines(await storage.read(path), path, schema)
  if (rows.length > 0) return rows
  throw new PatchError('EMPTY_DATA', {
    expected: `at least one row in ${path}`,
    found: 'none',
    remedy: 'Write one JSON object per line, or pass another file',
  })
}

/** Appends rows to a JSON Lines file in one write, creating it if necessary. */
export async function appendJsonLine(storage: Storage, path: string, ...rows: unknown[]): Promise<void> {
  if (rows.length > 0) await storage.append(path, encodeJsonLines(rows))
}

/** Replaces a JSON Lines file completely or not at all. */
export async function writeJsonLines(
  storage: Storage,
  path: string,
  rows: readonly unknown[],
): Promise<void> {
  await storage.write(path, encodeJsonLines(rows))
}

/**
 * Reads a JSON Lines file that a run appends to; no rows if there is none. A writer that was killed leaves at most its last line
 * unterminated: that line is dropped, and the file rewritten without it, so that the next line appended stands on its own.
 *
 * @throws `MALFORMED` if any other line does not match the schema.
 */
export async function readResumable<T>(
  storage: Storage,
  path: string,
  schema: z.core.$ZodType<T>,
): Promise<T[]> {
  if (!(await storage.exists(path))) return []
  const bytes = await storage.read(path)
  const whole = bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
  const rows = parseLines(whole, path, schema)
  if (whole.length < bytes.length) await storage.write(path, whole)
  return rows
}

function encodeJsonLines(rows: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

function parseLines<T>(bytes: Uint8Array, path: string, schema: z.core.$ZodType<T>): T[] {
  const rows: T[] = []
  let line = 0
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(newline, start)
    const end = found < 0 ? bytes.length : found
    line++
    const row = parseLine(bytes.subarray(start, end), `line ${line} of ${path}`, schema)
    if (row !== undefined) rows.push(row)
    start = end + 1
  }
  return rows
}

function parseLine<T>(bytes: Uint8Array, where: string, schema: z.core.$ZodType<T>): T | undefined {
  let value: unknown
  let text = ''
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
    if (text === '') return undefined
    value = strictJson(text)
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `one JSON object in UTF-8 on ${where}`,
      found: (cause as Error).message,
      remedy: /^[[{]$/.test(text)
        ? 'Write each row on its own line; for a file with a single list, use `jq -c ".[]"`'
        : 'Correct that line or remove it',
      cause,
    })
  }
  const parsed = checkShape(schema, value)
  if (parsed.success) return parsed.data
  throw new PatchError('MALFORMED', {
    expected: `a valid row on ${where}`,
    found: describeIssues(parsed.error.issues),
    remedy: 'Correct that line or remove it',
    cause: parsed.error,
  })
}
