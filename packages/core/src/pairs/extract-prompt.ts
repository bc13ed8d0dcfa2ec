import type { ChatMessage } from '../tokenize/tokenizer.ts'

/** A pair whose answers still hold their prompt. */
export type WholeAnswer = string | readonly ChatMessage[]

/**
 * Splits two answers into the prompt that they begin with and what differs, as TRL's `extract_prompt` does (huggingface/trl,
 * trl/data_utils.py): of conversations the messages, of texts the characters in common, without a space at the end. Of two
 * that differ in nothing, or of which one begins the other, all but the last message or character of the shorter one is the
 * prompt.
 */
export function extractPrompt<Answer extends WholeAnswer>(
  chosen: Answer,
  rejected: Answer,
): { readonly prompt: Answer; readonly chosen: Answer; readonly rejected: Answer } {
  const units: readonly (readonly unknown[])[] = [chosen, rejected].map(unitsOf)
  const [a, b] = units as readonly [readonly unknown[], readonly unknown[]]
  const shorter = Math.min(a.length, b.length)
  const differs = a.findIndex((unit, index) => index >= shorter || unit !== b[index])
  let common = differs < 0 || differs >= shorter ? Math.max(0, shorter - 1) : differs
  if (differs >= 0 && differs < shorter && a[differs - 1] === ' ') common--
  const length = typeof chosen === 'string' ? a.slice(0, common).join('').length : common
  return {
    prompt: chosen.slice(0, length) as Answer,
    chosen: chosen.slice(length) as Answer,
    rejected: rejected.slice(length) as Answer,
  }
}

/** What is compared: characters, not halves of them, or messages whatever the order of their fields. */
const unitsOf = (answer: WholeAnswer): readonly string[] =>
  typeof answer === 'string'
    ? [...answer]
    : answer.map((message) =>
        JSON.stringify(Object.entries(message).toSorted(([x], [y]) => (x < y ? -1 : 1))),
      )
