import { placeInContexts } from '../../pairs/contexts/place-in-contexts.ts'
import type { PromptContext } from '../../pairs/contexts/prompt-context.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'

/**
 * Prompts in every kind of context, for evaluation. Among contexts with the same name, each prompt is placed in one, sampled
 * by share. Prompts that already have a context keep it. The choice for a prompt depends only on the seed and the prompt.
 *
 * @param seed default 0
 * @throws `INVALID_ARGUMENT` without contexts, or for a kind of them whose shares are all 0
 */
export function inEachContext<Row extends PatchPrompt>(
  prompts: readonly Row[],
  contexts: readonly PromptContext[],
  { seed = 0 }: { readonly seed?: number | undefined } = {},
): Row[] {
  const bare = prompts.filter(({ context }) => context === undefined)
  const names = [...new Set(contexts.map(({ name }) => name))]
  const kinds = names.length > 0 ? names.map((name) => contexts.filter((one) => one.name === name)) : [[]]
  return [
    ...prompts.filter(({ context }) => context !== undefined),
    ...kinds.flatMap((kind) => placeInContexts(bare, kind, { seed })),
  ]
}
