import type * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import type { StoredPlace } from '../../storage/place.ts'
import { checkShape } from '../../text/check-shape.ts'

/** A result that a run saves, with a digest of everything that it depends on. */
interface RunFile {
  readonly settings: string
}

/**
 * Reads a JSON file of a run. Undefined if it does not exist.
 *
 * @throws PatchError `RESUME_MISMATCH` if it has another digest or shape: it belongs to another run.
 */
export async function readRunFile<Content extends RunFile>(
  { storage, path }: StoredPlace,
  schema: z.ZodMiniType<Content>,
  settings: string,
): Promise<Content | undefined> {
  if (!(await storage.exists(path))) return undefined
  const kept = checkShape(schema, parseJsonFile(await storage.read(path), path))
  if (kept.success && kept.data.settings === settings) return kept.data
  throw new PatchError('RESUME_MISMATCH', {
    expected: `${path} to belong to a run with these settings and prompts`,
    found: 'the file of another run',
    remedy: 'Use the same settings to resume that run, or another directory for a new run',
  })
}

export async function writeRunFile<Content extends RunFile>(
  { storage, path }: StoredPlace,
  content: Content,
): Promise<void> {
  await storage.write(path, new TextEncoder().encode(JSON.stringify(content)))
}
