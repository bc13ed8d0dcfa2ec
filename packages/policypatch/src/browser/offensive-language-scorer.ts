import { type LinearTextClassifier, linearTextScorer, type TextScorer } from '@policypatch/core'
import { readData } from './read-data.ts'

/**
 * Scores by the linear classifier that comes with the package: the probability that an English text is offensive, where as
 * many texts are as are not. docs/judges.md has what it was measured to find and to miss.
 *
 * @param classifier the package's `judges/offensive-language.json`, or the address that the page serves it at
 */
export async function offensiveLanguageScorer(
  classifier: LinearTextClassifier | string | URL,
): Promise<TextScorer> {
  return linearTextScorer(await readData(classifier))
}
