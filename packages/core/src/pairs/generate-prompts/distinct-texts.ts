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

/** The different words of a text, in lower case: runs of letters and digits, with the apostrophes and hyphens inside them. */
export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [])
}

/** Jaccard's index of two sets of words, |A ∩ B| / |A ∪ B|, in [0, 1]; 0 where both are empty. */
export function wordOverlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let shared = 0
  for (const word of small) if (large.has(word)) shared++
  const union = a.size + b.size - shared
  return union === 0 ? 0 : shared / union
}
