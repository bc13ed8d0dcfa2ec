import type { Storage } from '../storage/storage.ts'
import { type PatchPrompt, patchPromptSchema } from './preference-pair.ts'
import { type ReadRowsOptions, readRows } from './read-rows.ts'
import { promptRow } from './row-shapes.ts'

/**
 * Reads a prompts file: JSON Lines of {@link PatchPrompt}, or of a shape that holds a prompt: all of TRL's but plain text,
 * conversations as `messages` or ShareGPT's `conversations`, Alpaca's `instruction`, a `question`, and bare texts. Of a
 * conversation that ends with an answer all that is before it is the prompt.
 *
 * @throws `NOT_FOUND`; `EMPTY_DATA`; `MALFORMED`, naming the line
 */
export function readPrompts(
  storage: Storage,
  path: string,
  options: ReadRowsOptions = {},
): Promise<PatchPrompt[]> {
  return readRows(storage, path, { ownForm: promptRow, schema: patchPromptSchema }, options)
}
