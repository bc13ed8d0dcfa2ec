import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Judge } from '@policypatch/core'
import { type OpeningClassifier, openingJudge } from './opening-judge.ts'

/**
 * Judges whole responses as `refusalJudge` does, but whether one refuses is told by the linear classifier that comes with
 * the package and not by phrases: where the probability that its first 48 words do is at least a half. See `openingJudge`.
 *
 * The classifier learned from answers of other models that people labelled, in English; its file, `judges/refusal.json`,
 * holds how it was measured. It knows the refusals of a model whose wording it never met far less well than the phrases do.
 */
export async function refusalClassifierJudge(): Promise<Judge> {
  const root = dirname(createRequire(import.meta.url).resolve('policypatch/package.json'))
  const text = await readFile(join(root, 'judges/refusal.json'), 'utf8')
  return openingJudge(JSON.parse(text) as OpeningClassifier)
}
