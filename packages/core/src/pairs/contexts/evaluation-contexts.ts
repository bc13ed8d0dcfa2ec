import {
  evaluationChats,
  evaluationExchanges,
  evaluationLongSystemPrompts,
  evaluationOpenings,
  evaluationShortSystemPrompts,
} from './evaluation-texts.ts'
import { contextFamily, type PromptContext, systemFamily } from './prompt-context.ts'

/**
 * Contexts to evaluate a patch in, with other texts than {@link trainingContexts}: `plain`, `short-system`, `long-system`,
 * `second-turn`, `third-turn`, `lower-case` and `polite-opening`. All kinds have the same share, and those with texts have
 * several.
 */
export const evaluationContexts: readonly PromptContext[] = [
  { name: 'plain', share: 1 },
  ...systemFamily('short-system', 1, evaluationShortSystemPrompts),
  ...systemFamily('long-system', 1, evaluationLongSystemPrompts),
  ...contextFamily(
    'second-turn',
    1,
    evaluationExchanges.map((before) => ({ before })),
  ),
  ...contextFamily(
    'third-turn',
    1,
    evaluationChats.map((before) => ({ before })),
  ),
  { name: 'lower-case', share: 1, rewrite: 'lower-case' },
  ...contextFamily(
    'polite-opening',
    1,
    evaluationOpenings.map((opening) => ({ opening })),
  ),
]
