import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Judge } from '@policypatch/core'
import { type LinearTextClassifier, linearTextScorer, type TextScorer } from '@policypatch/core/evaluate'
import { type OpeningClassifier, openingJudge } from './opening-judge.ts'

/**
 * Scores with the built-in linear classifier: the probability that an English text is offensive, assuming that half of all texts
 * are. It is fast, and detects offensive words rather than offensive ideas. docs/judges.md has its measured accuracy.
 */
export async function offensiveLanguageScorer(): Promise<TextScorer> {
  const root = dirname(createRequire(import.meta.url).resolve('policypatch/package.json'))
  return linearTextScorer(
    JSON.parse(await readFile(join(root, 'judges/offensive-language.json'), 'utf8')) as LinearTextClassifier,
  )
}

/**
 * Judges whole responses as `refusalJudge` does, but with the built-in linear classifier instead of phrases: a response is a
 * refusal if the probability for its first 48 words is at least 0.5. See `openingJudge`.
 *
 * The classifier was trained on labelled English answers of other models. Its file, `judges/refusal.json`, records its accuracy.
 * For refusals in unfamiliar wording it is far less accurate than the phrases.
 */
export async function refusalClassifierJudge(): Promise<Judge> {
  const root = dirname(createRequire(import.meta.url).resolve('policypatch/package.json'))
  const text = await readFile(join(root, 'judges/refusal.json'), 'utf8')
  return openingJudge(JSON.parse(text) as OpeningClassifier)
}
