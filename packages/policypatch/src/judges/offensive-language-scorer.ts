import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type LinearTextClassifier, linearTextScorer, type TextScorer } from '@policypatch/core'

/**
 * Scores by the linear classifier that comes with the package: the probability that an English text is offensive, if half of
 * all texts are. It is fast and finds offensive words rather than offensive ideas; docs/judges.md has its measured accuracy.
 */
export async function offensiveLanguageScorer(): Promise<TextScorer> {
  const root = dirname(createRequire(import.meta.url).resolve('policypatch/package.json'))
  return linearTextScorer(
    JSON.parse(await readFile(join(root, 'judges/offensive-language.json'), 'utf8')) as LinearTextClassifier,
  )
}
