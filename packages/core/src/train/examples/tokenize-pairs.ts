import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { responseTokens } from '../../model/score/row-layout.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { SftExample } from './example.ts'

/** A pair's ids; y⁻ only if the row has one. */
export interface TokenizedPair extends SftExample {
  readonly rejected?: readonly number[]
}

export interface TokenizePairsOptions {
  readonly format: PromptFormat
  /** m: positions that the prefix takes in the context. */
  readonly prefixLength: number
  /** Responses are truncated to this many tokens. Others end with the end-of-sequence id. */
  readonly maxResponseTokens: number
}

/** Tokenizes pairs. Throws `CONTEXT_EXCEEDED` naming the row whose prompt does not fit. */
export function tokenizePairs(
  { tokenizer, config }: Pick<LanguageModel, 'tokenizer' | 'config'>,
  pairs: readonly PreferencePair[],
  { format, prefixLength, maxResponseTokens }: TokenizePairsOptions,
): TokenizedPair[] {
  const respond = (text: string) => responseTokens(tokenizer, text).slice(0, maxResponseTokens)
  return pairs.map(({ prompt, kind, chosen, rejected }, row) => {
    const ids = tokenizer.encodePrompt(formatPrompt(prompt, format))
    const room = config.maxPositions - prefixLength - ids.length
    if (room < maxResponseTokens) {
      throw new PatchError('CONTEXT_EXCEEDED', {
        expected: `prompts of at most ${config.maxPositions - prefixLength - maxResponseTokens} tokens`,
        found: `${ids.length} in pair ${row + 1}`,
        remedy: 'Shorten or remove this prompt',
      })
    }
    const rejectedIds = rejected === undefined ? {} : { rejected: respond(rejected) }
    return { prompt: ids, kind, chosen: respond(chosen), ...rejectedIds }
  })
}
