import type { AnswerRecord } from './answer-record.ts'

/** Tokens of all choices of an answer. */
export const completionTokens = ({ choices }: Pick<AnswerRecord, 'choices'>): number =>
  choices.reduce((sum, { tokens }) => sum + tokens, 0)

/** Tokens of an answer, as OpenAI's API counts them. */
export function usageOf(record: AnswerRecord) {
  const { promptTokens, cachedTokens } = record
  const completion = completionTokens(record)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completion,
    total_tokens: promptTokens + completion,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  }
}
