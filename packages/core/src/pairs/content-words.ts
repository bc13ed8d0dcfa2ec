import { wordsOf } from './word-overlap.ts'

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
