import type { AnswerRecord } from './answer-record.ts'

/** Tokens of an answer, as OpenAI's interface counts them. */
export function usageOf({ promptTokens, cachedTokens, choices }: AnswerRecord) {
  const completion = choices.reduce((sum, { tokens }) => sum + tokens, 0)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completion,
    total_tokens: promptTokens + completion,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  }
}
