import { fileStorage } from '@policypatch/backend-node'
import {
  type LanguageModel,
  type PatchPrompt,
  type Reference,
  readContexts,
  selectivePrompts,
} from '@policypatch/core'
import type { CommandContext } from './command-context.ts'
import type { PairOptions } from './pair-options.ts'

export interface RunPromptsOptions {
  readonly prompts: readonly PatchPrompt[]
  readonly model: LanguageModel
  readonly reference: Reference
  /** What the names of the files begin with in which the run keeps what the model makes. */
  readonly path: string
}

/** The prompts of a run: those given, and as `--everyday` and `--contexts` say. */
export async function runPrompts(
  { progress, signal }: CommandContext,
  { everyday, contexts, seed }: PairOptions,
  run: RunPromptsOptions,
): Promise<readonly PatchPrompt[]> {
  if (everyday === 0 && contexts === undefined) return run.prompts
  const storage = fileStorage()
  const places =
    contexts === undefined || contexts === 'default' ? contexts : await readContexts(storage, contexts)
  const prompts = await selectivePrompts({
    ...run,
    everyday,
    ...(places && { contexts: places }),
    seed,
    storage,
    onProgress: progress.report,
    signal,
  })
  const made = prompts.length - run.prompts.length
  if (everyday > 0) progress.line(`${made} of ${everyday} harmless prompts made, kept in ${run.path}.*.jsonl`)
  return prompts
}
