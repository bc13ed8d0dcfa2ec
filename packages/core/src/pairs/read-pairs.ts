import type { Storage } from '../storage/storage.ts'
import { type PreferencePair, preferencePairSchema } from './preference-pair.ts'
import { type ReadRowsOptions, readRows } from './read-rows.ts'
import { pairRow } from './row-shapes.ts'

/**
 * Reads a pairs file: JSON Lines of {@link PreferencePair}, or of a shape that holds one: TRL's preference (standard or
 * conversational, the prompt by itself or what both answers begin with) and, for SFT alone, its prompt-completion, and
 * conversations that end with an answer.
 *
 * @throws `NOT_FOUND`; `EMPTY_DATA`; `MALFORMED`, naming the line and, for rows of which no pair can be made, the shape
 */
export function readPairs(
  storage: Storage,
  path: string,
  options: ReadRowsOptions = {},
): Promise<PreferencePair[]> {
  return readRows(storage, path, { ownForm: pairRow, schema: preferencePairSchema }, options)
}
