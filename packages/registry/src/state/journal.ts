import { open } from 'node:fs/promises'
import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { textIfThere } from '../files/text-if-there.ts'
import { type LockedPatch, lockedSchema } from './lock-file.ts'

/** A change of one patch of one base model. `before` is absent if the patch was not used before, `after` if it no longer is. */
export interface JournalChange {
  readonly model: string
  readonly name: string
  readonly before?: LockedPatch
  readonly after?: LockedPatch
  /** Id of the entry that this change undoes. */
  readonly undoes?: string
}

/** One change of the patches of a project or machine, as a line of the journal. */
export interface JournalEntry {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** The command line, without the program's name. */
  readonly command: string
  readonly changes: readonly JournalChange[]
  /** Versions that were added to the store, with the SHA-256 of their patch.json. */
  readonly added: readonly { readonly name: string; readonly version: string; readonly digest: string }[]
  /** Versions that were removed from it. */
  readonly removed: readonly { readonly name: string; readonly version: string }[]
}

const text = z.string().check(z.maxLength(4000))
const entry: z.ZodMiniType<JournalEntry> = z.object({
  ...{ id: text, time: text, command: text },
  changes: z.array(
    z.object({
      ...{ model: text, name: text },
      before: z.exactOptional(lockedSchema),
      after: z.exactOptional(lockedSchema),
      undoes: z.exactOptional(text),
    }),
  ),
  added: z.array(z.object({ name: text, version: text, digest: text })),
  removed: z.array(z.object({ name: text, version: text })),
})

/** The entries of a journal, oldest first. An incomplete last line was left by a killed process, and is ignored. */
export async function readJournal(path: string): Promise<JournalEntry[]> {
  const lines = (await textIfThere(path)).split('\n')
  return lines.slice(0, -1).map((line, i) => parseEntry(line, `line ${i + 1} of ${path}`))
}

/** Parses an entry. Throws `MALFORMED` for one of another form. */
export function parseEntry(line: string, where = 'a line of the journal'): JournalEntry {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw malformed(where, (cause as Error).message, cause)
  }
  const result = checkShape(entry, value)
  if (result.success) return result.data
  throw malformed(where, describeIssues(result.error.issues))
}

/**
 * Appends an entry, unless it is already the last one: a pending change that was cut short while it was finished is finished
 * again.
 */
export async function appendEntry(path: string, added: JournalEntry): Promise<void> {
  const before = await textIfThere(path)
  const whole = before.slice(0, before.lastIndexOf('\n') + 1)
  if (whole.slice(whole.lastIndexOf('\n', whole.length - 2) + 1).includes(`"id":"${added.id}"`)) return
  const handle = await open(path, 'a')
  try {
    if (whole.length < before.length) await handle.truncate(Buffer.byteLength(whole))
    await handle.writeFile(`${JSON.stringify(added)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const malformed = (where: string, found: string, cause?: unknown) =>
  new PatchError('MALFORMED', {
    expected: `an entry of the journal on ${where}`,
    found,
    remedy: 'Restore the journal from a copy, or move it away to begin a new one',
    cause,
  })
