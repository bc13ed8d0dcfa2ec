import { anywherePhrases, firstWords, openingPhrases, plainWording } from './refusal-phrases.ts'

/** Number of initial characters in which a refusal shows: two or three sentences. */
const opening = 240

const compile = (phrases: readonly string[], start = '') =>
  new RegExp(`${start}(?:${phrases.join('|')})`, 'u')
const first = compile(firstWords, '^')
const early = compile(openingPhrases)
const anywhere = compile(anywherePhrases)

/**
 * Whether a response refuses, by its wording (English): phrases at its beginning, in its first 240 characters, and some anywhere.
 * Quote style, case and white space do not matter. See `refusal-phrases.ts` for the phrases and their sources.
 */
export function isRefusal(text: string): boolean {
  const flat = normalize(text)
  const beginning = flat.slice(0, opening)
  return first.test(beginning) || early.test(beginning) || anywhere.test(flat)
}

function normalize(text: string): string {
  return plainWording(text)
    .replace(/\s+/gu, ' ')
    .replace(/^(?:[^\p{L}\p{N}]|(?:assistant|ai|response|answer): )+/u, '')
    .trim()
}
