import { wordOverlap, wordsOf } from './word-overlap.ts'

/** Overlap of words from which on two texts are one. */
const nearlyTheSame = 0.8

/** Tells repeats from what is new. */
export interface DistinctTexts {
  /** Takes a text in and says whether it is new: neither the same words as one before it, nor nearly. */
  add(text: string): boolean
}

/**
 * Tells texts that repeat another: the same but for case, punctuation and spaces, or with four fifths of all their words
 * in common (Jaccard's index of at least 0.8).
 *
 * @param known texts that count as said already
 */
export function distinctTexts(known: readonly string[] = []): DistinctTexts {
  const exact = new Set<string>()
  const seen: ReadonlySet<string>[] = []
  const add = (text: string): boolean => {
    const words = wordsOf(text)
    const key = [...words].join(' ')
    if (exact.has(key) || seen.some((other) => wordOverlap(words, other) >= nearlyTheSame)) return false
    exact.add(key)
    seen.push(words)
    return true
  }
  for (const text of known) add(text)
  return { add }
}
