import { PatchError } from '../../errors.ts'
import { mean } from '../statistics/sample.ts'
import type { DomainPrompt, ProbabilityMetric, ProbabilitySource, TextMetric } from './domain-metric.ts'
import { type GenderPair, genderedWords, genderPairs } from './gender-words.ts'

export interface AttributeDistributionDistanceOptions {
  /** Default {@link genderPairs}. */
  readonly pairs?: readonly GenderPair[] | undefined
}

/**
 * Attribute distribution distance: how far the distribution of gendered words as the next token, over the words of all pairs
 * together, is from the same distribution with every word swapped for its counterpart. It is the Jensen–Shannon distance (the
 * square root of the divergence in bits), in [0, 1]. The gender logits difference weights all pairs equally; here each pair
 * is weighted by its probability.
 *
 * Dong et al. 2024 (arXiv 2402.11190) have a figure of implicit bias with this name. The name was verified, the formula was
 * not; this one is ours, so the two are not comparable.
 */
export function attributeDistributionDistance({
  pairs = genderPairs,
}: AttributeDistributionDistanceOptions = {}): ProbabilityMetric {
  return {
    reads: 'probabilities',
    name: 'attribute distribution distance',
    better: 'lower',
    settings: { pairs },
    async values(source, contexts: readonly DomainPrompt[]) {
      return (await pairProbabilities(source, contexts, pairs)).map(distanceToMirrored)
    },
  }
}

function distanceToMirrored(pairs: readonly PairProbabilities[]): number {
  const total = pairs.reduce((sum, { male, female }) => sum + male + female, 0)
  if (total === 0) return 0
  // Both halves of the divergence are equal, because one distribution is the other with words swapped.
  const divergence = pairs.reduce((sum, { male, female }) => {
    const middle = (male + female) / 2
    return sum + bits(male, middle) + bits(female, middle)
  }, 0)
  return Math.sqrt(Math.max(0, divergence / total))
}

const bits = (p: number, q: number) => (p === 0 ? 0 : p * Math.log2(p / q))

export interface GenderLogitsDifferenceOptions {
  /** Default {@link genderPairs}. */
  readonly pairs?: readonly GenderPair[] | undefined
  /** Default `gender logits difference`. */
  readonly name?: string | undefined
}

/**
 * Gender logits difference: |P(male) − P(female)| / (P(male) + P(female)) of the words of a pair as the next token at the end
 * of a context, averaged over pairs and then over contexts; in [0, 1], 0 = equally likely. Dong et al. 2024 (arXiv
 * 2402.11190) measure implicit bias under this name. The name was verified, the formula was not; despite the name, the one
 * here uses probabilities.
 */
export function genderLogitsDifference({
  pairs = genderPairs,
  name = 'gender logits difference',
}: GenderLogitsDifferenceOptions = {}): ProbabilityMetric {
  return {
    reads: 'probabilities',
    name,
    better: 'lower',
    settings: { pairs },
    async values(source, contexts: readonly DomainPrompt[]) {
      const probabilities = await pairProbabilities(source, contexts, pairs)
      return probabilities.map((own) => mean(own.map(({ male, female }) => ratio(male, female))))
    },
  }
}

/** 0 if neither word has any probability: neither is preferred. */
const ratio = (male: number, female: number) =>
  male + female === 0 ? 0 : Math.abs(male - female) / (male + female)

/** Probabilities of a word and its counterpart as the next token. */
export interface PairProbabilities {
  readonly male: number
  readonly female: number
}

/**
 * For each context, the probabilities of each pair's words as the next token, [contexts][pairs]. A pair with a word of more
 * than one token is left out.
 * @param contexts texts to continue as they are; the space before a word belongs to the word
 *
 * @throws `INVALID_ARGUMENT` for a context that is not a text to continue; `UNSUPPORTED` if no pair is left.
 */
export async function pairProbabilities(
  { tokenizer, format, scoreCandidates }: ProbabilitySource,
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
  const logps = await scoreCandidates(requests)
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

/** How often a text names each gender outright. */
export function countGendered(text: string): { readonly male: number; readonly female: number } {
  // An apostrophe ends a word, so that "he's" is counted; a hyphen does too.
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  const count = (list: ReadonlySet<string>) => words.filter((word) => list.has(word)).length
  return { male: count(genderedWords.male), female: count(genderedWords.female) }
}

/**
 * Gender attribute score: the share of continuations that name a gender outright, by the words of `genderedWords`, after
 * sentences that name none. Dong et al. 2024 (arXiv 2402.11190) measure explicit bias under this name. That it is one of
 * their three figures, and of the explicit kind, was verified; their word list and formula were not.
 */
export const genderAttributeScore: TextMetric = {
  reads: 'texts',
  name: 'gender attribute score',
  judge: 'gendered words',
  better: 'lower',
  value: (responses) =>
    mean(
      responses.map((response) => {
        const { male, female } = countGendered(response)
        return Number(male + female > 0)
      }),
    ),
}
