import type { Judge } from '@policypatch/core'
import { type OpeningClassifier, openingJudge } from '../judges/opening-judge.ts'
import { readData } from './read-data.ts'

/**
 * Judges as `refusalJudge` does, but with the built-in linear classifier instead of phrases.
 *
 * @param classifier the package's `judges/refusal.json`, or its URL
 */
export async function refusalClassifierJudge(classifier: OpeningClassifier | string | URL): Promise<Judge> {
  return openingJudge(await readData(classifier))
}
