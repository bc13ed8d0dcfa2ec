import type { Judge } from '@policypatch/core'
import { type OpeningClassifier, openingJudge } from '../judges/opening-judge.ts'
import { readData } from './read-data.ts'

/**
 * Judges as `refusalJudge` does, but by the linear classifier that comes with the package and not by phrases.
 *
 * @param classifier the package's `judges/refusal.json`, or the address that the page serves it at
 */
export async function refusalClassifierJudge(classifier: OpeningClassifier | string | URL): Promise<Judge> {
  return openingJudge(await readData(classifier))
}
