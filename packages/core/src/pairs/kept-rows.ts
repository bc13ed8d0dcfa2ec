import * as z from 'zod/mini'
import { readJsonLines, writeJsonLines } from '../storage/json-lines.ts'
import type { Storage } from '../storage/storage.ts'
import { checkRunSettings } from './check-run-settings.ts'

export interface KeptRowsOptions<Row extends object> {
  /** Without it nothing is kept. */
  readonly storage: Storage | undefined
  /** JSON Lines: the run's settings, then the rows. */
  readonly path: string
  /** All that the rows depend on. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly schema: z.ZodMiniType<Row>
  readonly make: () => Promise<readonly Row[]>
}

const settingsRow = z.object({ settings: z.record(z.string(), z.unknown()) })

/**
 * What a run makes once and keeps: read where its file is there, so that a run that is taken up again goes on with the
 * same, also where it was edited since; else made, and written whole or not at all.
 *
 * @throws `RESUME_MISMATCH` if the file was made with other settings; `MALFORMED`; `STORAGE_FAILED`; and the errors of
 *   `make`.
 */
export async function keptRows<Row extends object>(options: KeptRowsOptions<Row>): Promise<readonly Row[]> {
  const { storage, path, settings, schema, make } = options
  if (!(await storage?.exists(path))) {
    const made = await make()
    if (storage) await writeJsonLines(storage, path, [{ settings }, ...made])
    return made
  }
  const rows = await readJsonLines<Row | z.infer<typeof settingsRow>>(
    storage as Storage,
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
