import { type Judge, PatchError } from '@policypatch/core'
import { type LinearTextClassifier, linearTextScorer, type TextScorer } from '@policypatch/core/evaluate'
import { retryingFetch, unreachable } from '@policypatch/core/platform'
import { type OpeningClassifier, openingJudge } from '../judges/opening-judge.ts'

/**
 * Scores with the package's linear classifier: the probability that an English text is offensive, assuming that half of all texts
 * are. docs/judges.md has its measured accuracy.
 *
 * @param classifier the package's `judges/offensive-language.json`, or its URL
 */
export async function offensiveLanguageScorer(
  classifier: LinearTextClassifier | string | URL,
): Promise<TextScorer> {
  return linearTextScorer(await readData(classifier))
}

/**
 * Judges as `refusalJudge` does, but with the built-in linear classifier instead of phrases.
 *
 * @param classifier the package's `judges/refusal.json`, or its URL
 */
export async function refusalClassifierJudge(classifier: OpeningClassifier | string | URL): Promise<Judge> {
  return openingJudge(await readData(classifier))
}

/** A JSON file of the package: already parsed, as a bundler imports it, or its URL. */
export async function readData<Data extends object>(data: Data | string | URL): Promise<Data> {
  if (typeof data !== 'string' && !(data instanceof URL)) return data
  const url = new URL(data, globalThis.location?.href).href
  const response = await retryingFetch()(url)
  if (!response.ok) {
    await response.body?.cancel()
    throw unreachable(url, `HTTP ${response.status}`)
  }
  try {
    return (await response.json()) as Data
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `JSON at ${url}`,
      found: (cause as Error).message,
      remedy: 'Check the URL',
      cause,
    })
  }
}
