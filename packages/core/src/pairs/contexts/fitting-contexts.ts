import { PatchError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { toMessages } from '../prompt-format.ts'
import { inContext } from './in-context.ts'
import type { PromptContext } from './prompt-context.ts'

/**
 * The contexts that a tokenizer's chat template can render, for some templates refuse system prompts, and that take at most
 * so many tokens with a short prompt.
 *
 * @throws `NO_CHAT_TEMPLATE`
 */
export function fittingContexts(
  tokenizer: Tokenizer,
  contexts: readonly PromptContext[],
  most = Number.POSITIVE_INFINITY,
): readonly PromptContext[] {
  return contexts.filter((context) => {
    const { prompt } = inContext({ prompt: 'Hello', kind: 'harmless' }, context, createRandom(0))
    try {
      const text = tokenizer.renderChat(toMessages(prompt), { addGenerationPrompt: true })
      return tokenizer.encode(text, { addSpecialTokens: false }).length <= most
    } catch (error) {
      if (error instanceof PatchError && error.code === 'INVALID_ARGUMENT') return false
      throw error
    }
  })
}
