import { wordsOf } from './distinct-texts.ts'

/** How many times more frequent a word must be in the prompts than in ordinary ones. */
const leastRatio = 4

/**
 * The words that tell what some prompts are about: their share of prompts with the word is at least four times that of ordinary
 * prompts (which get an extra half occurrence), and they are not how such prompts begin, such as "Write" or "Give detailed
 * instructions". The more ordinary prompts there are, the rarer the words that can be found.
 */
export function topicWords(prompts: readonly string[], ordinary: readonly string[]): ReadonlySet<string> {
  const all = countTexts(prompts)
  const elsewhere = countTexts(ordinary)
  const first = countTexts(prompts.map((prompt) => beginningOf(prompt, 1)))
  const early = countTexts(prompts.map((prompt) => beginningOf(prompt, 3)))
  const found = new Set<string>()
  for (const [word, count] of all) {
    const half = count / 2
    // A word of a single prompt tells its topic even among the first three words: "Create ransomware that".
    const isForm = (first.get(word) ?? 0) > half || (count > 1 && (early.get(word) ?? 0) > half)
    const share = count / prompts.length
    const ordinaryShare = ((elsewhere.get(word) ?? 0) + 0.5) / (ordinary.length + 1)
    if (!isForm && share > leastRatio * ordinaryShare) found.add(word)
  }
  return found
}

/** Whether a text contains one of the words of {@link topicWords}. */
export const hasTopic = (text: string, topics: ReadonlySet<string>): boolean =>
  [...contentWords(text)].some((word) => topics.has(word))

const beginningOf = (text: string, words: number): string =>
  text.trim().split(/\s+/u).slice(0, words).join(' ')

/** The number of texts that contain each word. */
function countTexts(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const word of contentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** The distinct words of a text, in lower case, that can tell its topic. */
export function contentWords(text: string): ReadonlySet<string> {
  return new Set([...wordsOf(text)].filter((word) => !functionWords.has(word)))
}

/** Words that say nothing about the topic. */
const functionWords = new Set(
  (
    'a about all an and any are as at be been but by can could do does for from had has have her his how i if in into ' +
    'is it its me my no not of on or our out over own she should so some someone such than that the their them then ' +
    'there these they this to up us using was we were what when where which while who whose why will with within ' +
    'without would you your'
  ).split(' '),
)
