import { type LinearTextClassifier, linearTextScorer, type TextScorer } from '@policypatch/core'
import { readData } from './read-data.ts'

/**
 * Scores by the linear classifier that comes with the package: the probability that an English text is offensive, if half of
 * all texts are. docs/judges.md has its measured accuracy.
 *
 * @param classifier the package's `judges/offensive-language.json`, or its URL
 */
export async function offensiveLanguageScorer(
  classifier: LinearTextClassifier | string | URL,
): Promise<TextScorer> {
  return linearTextScorer(await readData(classifier))
}
