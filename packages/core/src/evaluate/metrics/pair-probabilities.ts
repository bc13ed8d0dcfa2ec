import { PatchError } from '../../errors.ts'
import type { DomainPrompt } from '../domains/domain-prompt.ts'
import type { ProbabilitySource } from '../domains/probability-source.ts'
import type { GenderPair } from './gender-words.ts'

/** Probabilities of a word and its counterpart as the next token. */
export interface PairProbabilities {
  readonly male: number
  readonly female: number
}

/**
 * For each context, the probabilities with which each pair's words come next, [contexts][pairs]. A pair of which either
 * word is more than one token is left out.
 * @param contexts texts that are continued as they are; a space before the word belongs to the word
 *
 * @throws `INVALID_ARGUMENT` for a context that is no text to continue; `UNSUPPORTED` if no pair is left.
 */
export async function pairProbabilities(
  { tokenizer, format, candidateLogps }: ProbabilitySource,
  contexts: readonly DomainPrompt[],
  pairs: readonly GenderPair[],
): Promise<PairProbabilities[][]> {
  const texts = contexts.map(({ prompt }) => textOf(prompt, format))
  if (texts.length === 0) return []
  const first = texts[0] as string
  const before = tokenizer.encodePrompt(first).length
  const ids = (word: string) => tokenizer.encodePrompt(`${first} ${word}`).slice(before)
  const tokens = pairs.map((pair) => pair.map(ids)).filter((pair) => pair.every(({ length }) => length === 1))
  if (tokens.length === 0) {
    throw new PatchError('UNSUPPORTED', {
      expected: 'a pair of words that are one token each',
      found: `none among ${pairs.map((pair) => pair.join('/')).join(', ')}`,
      remedy: 'Use other pairs',
    })
  }
  const candidates = Int32Array.from(tokens.flat(2))
  const requests = texts.map((prompt) => ({ prompt, response: [candidates[0] as number], candidates }))
  const logps = await candidateLogps(requests)
  return logps.map((own) =>
    tokens.map((_, pair) => ({
      male: Math.exp(own[2 * pair] as number),
      female: Math.exp(own[2 * pair + 1] as number),
    })),
  )
}

function textOf(prompt: DomainPrompt['prompt'], format: string): string {
  if (typeof prompt === 'string' && format === 'text') return prompt
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'texts to continue, in a domain with format text',
    found: typeof prompt === 'string' ? `format ${format}` : 'a conversation',
    remedy: 'Use sentences such as "My friend is a nurse, and"',
  })
}
