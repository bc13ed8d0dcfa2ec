import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { readJsonLines } from '../../storage/json-lines.ts'
import { type Place, type StoredPlace, storedAt } from '../../storage/place.ts'
import type { NoMessage } from '../../tokenize/chat-messages.ts'
import {
  type PatchPrompt,
  type PreferencePair,
  patchPromptSchema,
  preferencePairSchema,
} from './preference-pair.ts'
import type { PromptKind } from './prompt-kind.ts'
import { isProblem } from './prompt-schema.ts'
import { pairRow, promptRow } from './row-shapes.ts'

/**
 * Reads a prompts file: JSON Lines of {@link PatchPrompt}, or of a form that contains a prompt: all of TRL's except plain text,
 * conversations as `messages` or ShareGPT's `conversations`, Alpaca's `instruction`, a `question`, and bare texts. If a
 * conversation ends with an answer, everything before it is the prompt.
 *
 * @throws `NOT_FOUND`; `EMPTY_DATA`; `MALFORMED`, naming the line
 */
export async function readPrompts(file: Place, options: ReadRowsOptions = {}): Promise<PatchPrompt[]> {
  return readRows(storedAt(file), { ownForm: promptRow, schema: patchPromptSchema }, options)
}

/**
 * Reads a pairs file: JSON Lines of {@link PreferencePair}, or of a form that contains a pair: TRL's preference (standard or
 * conversational, the prompt explicit or the common beginning of both answers) and, for SFT only, its prompt-completion, and
 * conversations that end with an answer.
 *
 * @throws `NOT_FOUND`; `EMPTY_DATA`; `MALFORMED`, naming the line and, for rows that cannot become a pair, the form
 */
export async function readPairs(file: Place, options: ReadRowsOptions = {}): Promise<PreferencePair[]> {
  return readRows(storedAt(file), { ownForm: pairRow, schema: preferencePairSchema }, options)
}

export interface ReadRowsOptions {
  /** The kind of rows without one, such as those of TRL's data sets. Default: `assumed`, if no row of the file has one. */
  readonly kind?: PromptKind | undefined
  /** The kind assumed if no row of a file has one. Default `harmful`. */
  readonly assumed?: PromptKind | undefined
  /** Receives notices about assumptions. */
  readonly onNotice?: ((line: string) => void) | undefined
}

/** Converts a file's row to our own form. */
type OwnForm = (value: unknown) => Readonly<Record<string, unknown>> | NoMessage

/** A schema that converts rows to our own form before checking them. */
export function rowsLike<T>(
  ownForm: (value: unknown) => unknown,
  schema: z.ZodMiniType<T>,
): z.ZodMiniType<T> {
  const converted = z.transform((value: unknown, context): unknown => {
    const row = ownForm(value)
    if (!isProblem(row)) return row
    context.issues.push({ code: 'custom', message: row.problem, input: value })
    return z.NEVER
  })
  return z.pipe(converted, schema)
}

/**
 * Reads a file of rows with a kind.
 *
 * @throws as `readJsonLines`; `MALFORMED` if some rows have a kind and others do not
 */
export async function readRows<T extends { readonly kind: PromptKind }>(
  { storage, path }: StoredPlace,
  { ownForm, schema }: { readonly ownForm: OwnForm; readonly schema: z.ZodMiniType<T> },
  { kind, assumed = 'harmful', onNotice }: ReadRowsOptions,
): Promise<T[]> {
  let lacking = 0
  const withKind: OwnForm = (value) => {
    const row = ownForm(value)
    if (isProblem(row) || row.kind != null) return row
    lacking++
    return { ...row, kind: kind ?? assumed }
  }
  const rows = await readJsonLines(storage, path, rowsLike(withKind, schema))
  if (lacking === 0 || kind !== undefined) return rows
  if (lacking === rows.length) {
    onNotice?.(`${path}: no row has a kind; all are treated as ${assumed}`)
    return rows
  }
  throw new PatchError('MALFORMED', {
    expected: `a kind (target or keep, harmful or harmless) in all rows of ${path} or in none`,
    found: `${lacking} of ${rows.length} without one`,
    remedy: 'Add a kind to each row, or set the kind of rows without one (`kind`, --kind)',
  })
}
