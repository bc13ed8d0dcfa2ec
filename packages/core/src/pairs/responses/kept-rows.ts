import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { readJsonLines, writeJsonLines } from '../../storage/json-lines.ts'
import type { StoredPlace } from '../../storage/place.ts'

export interface KeptRowsOptions<Row extends object> {
  /** JSON Lines: the run's settings, then the rows. Without it, nothing is saved. */
  readonly file: StoredPlace | undefined
  /** Everything that the rows depend on. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly schema: z.ZodMiniType<Row>
  readonly make: () => Promise<readonly Row[]>
}

const settingsRow = z.object({ settings: z.record(z.string(), z.unknown()) })

/**
 * Rows that a run makes once and saves. If the file exists, it is read, so that a resumed run continues with the same rows, even
 * if they were edited; otherwise they are made, and written completely or not at all.
 *
 * @throws `RESUME_MISMATCH` if the file was made with other settings; `MALFORMED`; `STORAGE_FAILED`; and the errors of `make`.
 */
export async function keptRows<Row extends object>(options: KeptRowsOptions<Row>): Promise<readonly Row[]> {
  const { file, settings, schema, make } = options
  if (!file) return make()
  const { storage, path } = file
  if (!(await storage.exists(path))) {
    const made = await make()
    await writeJsonLines(storage, path, [{ settings }, ...made])
    return made
  }
  const rows = await readJsonLines<Row | z.infer<typeof settingsRow>>(
    storage,
    path,
    z.union([settingsRow, schema]),
  )
  const kept: Row[] = []
  let found: Readonly<Record<string, unknown>> = {}
  for (const row of rows) {
    if ('settings' in row) found = row.settings as typeof found
    else kept.push(row)
  }
  checkRunSettings(path, found, settings)
  return kept
}

/** Throws `RESUME_MISMATCH`, naming each setting that differs, if a run's file was made with other settings. */
export function checkRunSettings(
  path: string,
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): void {
  const show = (value: unknown) => JSON.stringify(value) ?? 'none'
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  const other = names.filter((name) => show(expected[name]) !== show(found[name]))
  if (other.length === 0) return
  throw new PatchError('RESUME_MISMATCH', {
    expected: `${path} to belong to a run with ${other.map((name) => `${name} ${show(expected[name])}`).join(', ')}`,
    found: other.map((name) => `${name} ${show(found[name])}`).join(', '),
    remedy: 'Use the same settings to resume that run, or another path for a new run',
  })
}
