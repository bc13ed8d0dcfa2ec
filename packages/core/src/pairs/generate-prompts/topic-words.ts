import { wordsOf } from './distinct-texts.ts'

/** How many times as often a word must be in one kind of prompts as in the other. */
const leastRatio = 4

/**
 * The words that tell what some prompts are about: they are in at least four times as large a share of them as of
 * ordinary ones (half an occurrence is added there), and are not how such prompts begin, as "Write", "Give detailed
 * instructions" are. The more ordinary prompts there are, the rarer the words that are found.
 */
export function topicWords(prompts: readonly string[], ordinary: readonly string[]): ReadonlySet<string> {
  const all = countTexts(prompts)
  const elsewhere = countTexts(ordinary)
  const first = countTexts(prompts.map((prompt) => beginningOf(prompt, 1)))
  const early = countTexts(prompts.map((prompt) => beginningOf(prompt, 3)))
  const found = new Set<string>()
  for (const [word, count] of all) {
    const half = count / 2
    // A word of one prompt alone says what it is about, even among its first three: "Create ransomware that".
    const isForm = (first.get(word) ?? 0) > half || (count > 1 && (early.get(word) ?? 0) > half)
    const share = count / prompts.length
    const ordinaryShare = ((elsewhere.get(word) ?? 0) + 0.5) / (ordinary.length + 1)
    if (!isForm && share > leastRatio * ordinaryShare) found.add(word)
  }
  return found
}

/** Whether a text has one of the words of {@link topicWords}. */
export const hasTopic = (text: string, topics: ReadonlySet<string>): boolean =>
  [...contentWords(text)].some((word) => topics.has(word))

const beginningOf = (text: string, words: number): string =>
  text.trim().split(/\s+/u).slice(0, words).join(' ')

/** In how many of the texts each word is. */
function countTexts(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of contentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** The different words of a text, in lower case, that can tell what it is about. */
export function contentWords(text: string): ReadonlySet<string> {
  return new Set([...wordsOf(text)].filter((word) => !functionWords.has(word)))
}

/** Words that say nothing of what is asked for. */
const functionWords = new Set(
  (
    'a about all an and any are as at be been but by can could do does for from had has have her his how i if in into ' +
    'is it its me my no not of on or our out over own she should so some someone such than that the their them then ' +
    'there these they this to up us using was we were what when where which while who whose why will with within ' +
    'without would you your'
  ).split(' '),
)
