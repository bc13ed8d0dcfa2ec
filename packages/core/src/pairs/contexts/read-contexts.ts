import { readJsonLines } from '../../storage/json-lines.ts'
import type { Storage } from '../../storage/storage.ts'
import { withoutNulls } from '../prompt-schema.ts'
import { rowsLike } from '../read-rows.ts'
import { contextOfRow, contextRowSchema, type PromptContext } from './prompt-context.ts'

/**
 * Reads a contexts file: JSON Lines of {"name", "share", "system", "turns": [{"role", "content"}], "opening", "closing",
 * "rewrite"}, of which only the name is needed; null counts as absent. Throws as `readJsonLines`.
 */
export async function readContexts(storage: Storage, path: string): Promise<PromptContext[]> {
  return (await readJsonLines(storage, path, rowsLike(withoutNulls, contextRowSchema))).map(contextOfRow)
}
