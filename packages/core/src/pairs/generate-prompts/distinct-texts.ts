/** Word overlap from which two texts count as the same. */
const nearlyTheSame = 0.8

/** Distinguishes new texts from repeats. */
export interface DistinctTexts {
  /** Adds a text and returns whether it is new: neither the same words as an earlier one, nor nearly so. */
  add(text: string): boolean
}

/**
 * Detects repeated texts: equal but for case, punctuation and spaces, or with four fifths of all their words in common (Jaccard
 * index of at least 0.8).
 *
 * @param known texts that count as already seen
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

/** The distinct words of a text, in lower case: runs of letters and digits, including inner apostrophes and hyphens. */
export function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [])
}

/** Jaccard index of two sets of words, |A ∩ B| / |A ∪ B|, in [0, 1]; 0 if both are empty. */
export function wordOverlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  let shared = 0
  for (const word of small) if (large.has(word)) shared++
  const union = a.size + b.size - shared
  return union === 0 ? 0 : shared / union
}
