import { PatchError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { toMessages } from '../prompt-format.ts'
import { inContext } from './in-context.ts'
import type { PromptContext } from './prompt-context.ts'

/**
 * The contexts that a tokenizer's chat template can render: some templates refuse system prompts.
 *
 * @throws `NO_CHAT_TEMPLATE`
 */
export function fittingContexts(
  tokenizer: Tokenizer,
  contexts: readonly PromptContext[],
): readonly PromptContext[] {
  return contexts.filter((context) => {
    const { prompt } = inContext({ prompt: 'Hello', kind: 'harmless' }, context, createRandom(0))
    try {
      tokenizer.renderChat(toMessages(prompt))
      return true
    } catch (error) {
      if (error instanceof PatchError && error.code === 'INVALID_ARGUMENT') return false
      throw error
    }
  })
}
