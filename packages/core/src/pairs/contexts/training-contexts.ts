import { contextFamily, type PromptContext, systemFamily } from './prompt-context.ts'
import {
  closings,
  longSystemPrompts,
  pastedTexts,
  politeOpenings,
  shortSystemPrompts,
} from './training-texts.ts'

/**
 * Contexts of requests in apps, to train a patch with: a third bare, others with system prompts, words before and after, lower
 * case, typos, pasted texts, and combinations. Shares add up to 1. Earlier turns are not included, because they are best
 * generated with the model: see `chatContexts`. {@link evaluationContexts} has other texts.
 */
export const trainingContexts: readonly PromptContext[] = [
  { name: 'plain', share: 0.33 },
  ...systemFamily('no-system', 0.03, ['']),
  ...systemFamily('short-system', 0.16, shortSystemPrompts),
  ...systemFamily('long-system', 0.13, longSystemPrompts),
  ...contextFamily(
    'polite-opening',
    0.1,
    politeOpenings.map((opening) => ({ opening })),
  ),
  ...contextFamily(
    'closing',
    0.04,
    closings.map((closing) => ({ closing })),
  ),
  { name: 'lower-case', share: 0.05, rewrite: 'lower-case' },
  { name: 'typing-errors', share: 0.04, rewrite: 'typing-errors' },
  { name: 'no-punctuation', share: 0.02, rewrite: 'no-punctuation' },
  ...contextFamily(
    'pasted-text',
    0.05,
    pastedTexts.flatMap((text) => [{ opening: `${text}\n\n` }, { closing: `\n\n${text}` }]),
  ),
  ...contextFamily(
    'combined',
    0.05,
    politeOpenings.map((opening, index) => {
      const prompts = index % 2 === 0 ? shortSystemPrompts : longSystemPrompts
      const content = prompts[index % prompts.length] as string
      const lowered = index % 3 === 0 && ({ rewrite: 'lower-case' } as const)
      return { before: [{ role: 'system', content }], opening, ...lowered }
    }),
  ),
]
