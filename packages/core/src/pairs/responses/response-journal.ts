import * as z from 'zod/mini'
import { appendJsonLine, readResumable } from '../../storage/json-lines.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { type Ending, endings } from '../rows/endings.ts'
import { checkRunSettings } from './kept-rows.ts'

/** Responses and scores that a run has received from models and judges, by source (such as `reference`) and prompt index. */
export interface ResponseJournal {
  /** `null` if the source had no response for the prompt. */
  responses(source: string): ReadonlyMap<number, string | null>
  scores(source: string): ReadonlyMap<number, number>
  /** Why responses are missing or truncated, if the source said so. */
  endings(source: string): ReadonlyMap<number, Ending>
  /** Adds rows in one write; they count only once written. */
  add(...rows: readonly JournalRow[]): Promise<void>
}

const key = { source: z.string(), index: z.int().check(z.minimum(0)) }
const responseRow = z.object({
  ...key,
  response: z.nullable(z.string()),
  ended: z.exactOptional(z.enum(endings)),
})
const scoreRow = z.object({ ...key, score: z.number().check(z.minimum(0), z.maximum(1)) })
const settingsRow = z.object({ settings: z.record(z.string(), z.unknown()) })

export type JournalRow = z.infer<typeof responseRow> | z.infer<typeof scoreRow>

const anyRow = z.union([settingsRow, responseRow, scoreRow], {
  error: 'expected settings, a response or a score',
})

/**
 * Opens a run's journal, so that nothing in it is requested again; without a place it is kept in memory. Its file is JSON Lines:
 * the run's settings, then a row for each response and each score, in order of arrival.
 *
 * @throws `RESUME_MISMATCH`, naming each setting that differs, if it belongs to another run; `MALFORMED`.
 */
export async function openResponseJournal(
  place: Place | undefined,
  settings: Readonly<Record<string, unknown>>,
): Promise<ResponseJournal> {
  const responses = new Map<string, Map<number, string | null>>()
  const scores = new Map<string, Map<number, number>>()
  const ended = new Map<string, Map<number, Ending>>()
  const take = (row: JournalRow) => {
    if ('score' in row) column(scores, row.source).set(row.index, row.score)
    else {
      column(responses, row.source).set(row.index, row.response)
      if (row.ended) column(ended, row.source).set(row.index, row.ended)
    }
  }
  const file = storedAt(place)
  if (file) {
    const [first, ...rows] = await readResumable(file.storage, file.path, anyRow)
    if (first) checkRunSettings(file.path, 'settings' in first ? first.settings : {}, settings)
    else await appendJsonLine(file.storage, file.path, { settings })
    for (const row of rows) if (!('settings' in row)) take(row)
  }
  return {
    responses: (source) => column(responses, source),
    scores: (source) => column(scores, source),
    endings: (source) => column(ended, source),
    async add(...rows) {
      if (file) await appendJsonLine(file.storage, file.path, ...rows)
      for (const row of rows) take(row)
    },
  }
}

function column<T>(columns: Map<string, Map<number, T>>, source: string): Map<number, T> {
  const found = columns.get(source) ?? new Map<number, T>()
  columns.set(source, found)
  return found
}

/** A source of responses or of scores, such as a `Reference` or a `Judge`. */
export interface MarkedSource {
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly identity?: (() => Promise<Readonly<Record<string, unknown>>>) | undefined
}

/** Everything that identifies a source: its name, its settings and, if it contains a model, that model's identity. */
export async function sourceMark(source: MarkedSource): Promise<Readonly<Record<string, unknown>>> {
  return { name: source.name, ...source.settings, ...(await source.identity?.()) }
}
