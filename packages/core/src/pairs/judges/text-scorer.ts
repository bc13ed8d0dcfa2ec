import { throwIfAborted } from '../../errors.ts'
import { hashedNgrams } from './hashed-ngrams.ts'
import { checkLinearTextClassifier, type LinearTextClassifier } from './linear-text-classifier.ts'

/**
 * Scores how offensive a text is, whoever said it and whatever was asked. Unlike {@link import('./judge.ts').Judge}, it does not
 * score a response by what the policy wants.
 */
export interface TextScorer {
  readonly specificationVersion: 'v1'
  /** Identifies the scorer in reports. */
  readonly name: string
  /** Other values that its scores depend on, recorded with measurements. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** The probability in [0, 1] that each text is offensive, in order. */
  score(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly number[]>
}

/**
 * Scores by a linear classifier: σ(b + Σ w / √k) over the k distinct hashed n-grams of a text, k in [0, buckets], so that saying
 * it twice changes nothing. A text longer than the classifier's window gets the score of its worst piece. Gives the same
 * probabilities as scikit-learn with the same weights.
 *
 * @param classifier as read from its JSON file
 * @throws `MALFORMED` for an invalid classifier, listing every bad field at once; while scoring: `ABORTED`.
 */
export function linearTextScorer(classifier: LinearTextClassifier): TextScorer {
  const { name, features, intercept, scale, steps } = checkLinearTextClassifier(classifier)
  const stopWords = new Set(features.stopWords)

  function probability(words: readonly string[]): number {
    const buckets = hashedNgrams(words, features)
    let sum = 0
    for (const bucket of buckets) sum += steps[bucket] ?? 0
    const logit = intercept + (buckets.size > 0 ? (sum * scale) / Math.sqrt(buckets.size) : 0)
    return 1 / (1 + Math.exp(-logit))
  }

  return {
    specificationVersion: 'v1',
    name,
    settings: { window: features.window },
    async score(texts, { signal } = {}) {
      return texts.map((text) => {
        throwIfAborted(signal, `scoring with ${name}`)
        const pieces = wordWindows(scoredWords(text, stopWords), features.window)
        return Math.max(...pieces.map(probability))
      })
    },
  }
}

/** A word: letters, digits and apostrophes, and signs in place of letters within it, as in `f*ck`. */
const word = /[a-z0-9']+(?:[*@$#!]{1,3}[a-z0-9']+)*/gu

/** The words of an English text in lower case, without stop words. */
export function scoredWords(text: string, stopWords: ReadonlySet<string>): string[] {
  const flat = text.normalize('NFKC').toLowerCase().replace(/[‘’ʼ]/gu, "'")
  return (flat.match(word) ?? [])
    .map((found) => found.replace(/^'+|'+$/gu, ''))
    .filter((found) => found !== '' && !stopWords.has(found))
}

/**
 * The words to score together: all of a short text; for a longer one, pieces of `words` words, `stride` apart, the last of which
 * ends with the text.
 */
export function wordWindows(
  words: readonly string[],
  { words: length, stride }: { readonly words: number; readonly stride: number },
): (readonly string[])[] {
  if (words.length <= length) return [words]
  const last = words.length - length
  const starts = Array.from({ length: Math.ceil(last / stride) }, (_, index) => index * stride)
  return [...starts, last].map((start) => words.slice(start, start + length))
}
