import { basename } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import {
  evaluationContexts,
  fittingContexts,
  inEachContext,
  type PatchPrompt,
  type ReadRowsOptions,
  readContexts,
  readPrompts,
  type Tokenizer,
} from '@policypatch/core'

/**
 * The prompts of files, each of the part that its row names or else of its file, placed where `contexts` says: `none` leaves
 * them as they are, `default` and a file of contexts have each prompt that has no context of its own in every kind of them.
 * The files are read at once; which of the default contexts fit is up to the model's tokenizer.
 */
export async function evaluationPrompts(
  files: readonly string[],
  options: {
    readonly contexts: string
    readonly rows: ReadRowsOptions
  },
): Promise<(tokenizer: Tokenizer) => PatchPrompt[]> {
  const { contexts, rows } = options
  const storage = fileStorage()
  const prompts: PatchPrompt[] = []
  for (const file of files) {
    for (const row of await readPrompts(storage, file, rows)) prompts.push({ part: basename(file), ...row })
  }
  if (contexts === 'none') return () => prompts
  if (contexts === 'default') {
    return (tokenizer) => inEachContext(prompts, fittingContexts(tokenizer, evaluationContexts))
  }
  const placed = inEachContext(prompts, await readContexts(storage, contexts))
  return () => placed
}
