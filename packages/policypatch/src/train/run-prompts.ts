import type { LanguageModel, PatchPrompt, Reference } from '@policypatch/core'
import { type PromptContext, readContexts, selectivePrompts } from '@policypatch/core/pairs'
import type { CommandContext } from '../cli/command-context.ts'
import type { PairOptions } from '../options/pair-options.ts'

export interface RunPromptsOptions {
  readonly prompts: readonly PatchPrompt[]
  readonly model: LanguageModel
  readonly reference: Reference
  readonly contexts: readonly PromptContext[] | 'default' | undefined
  /** Path prefix of the files that keep what the model generates. */
  readonly path: string
}

/** The contexts that the option names; undefined if it was not given. */
export async function contextsOf(
  option: string | undefined,
): Promise<readonly PromptContext[] | 'default' | undefined> {
  if (option === undefined || option === 'default') return option
  return option === 'none' ? [] : readContexts(option)
}

/** The prompts of a run: the given ones, extended as `--everyday` and `--contexts` say. */
export async function runPrompts(
  { progress, signal }: CommandContext,
  { everyday = 0, seed }: PairOptions,
  { contexts, ...run }: RunPromptsOptions,
): Promise<readonly PatchPrompt[]> {
  if (everyday === 0 && (contexts === undefined || contexts.length === 0)) return run.prompts
  const prompts = await selectivePrompts({
    ...{ ...run, everyday, contexts, seed, signal },
    onProgress: progress.report,
  })
  const made = prompts.length - run.prompts.length
  if (everyday > 0)
    progress.line(`Made ${made} of ${everyday} harmless prompts, saved in ${run.path}.*.jsonl`)
  return prompts
}
