/**
 * Judges, metrics, domains, statistics and reports.
 *
 * @module policypatch/browser/evaluate
 */

import '../../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.
export * from '@policypatch/core/evaluate'
export { offensiveLanguageScorer, refusalClassifierJudge } from '../../browser/classifiers.ts'
export type { OpeningClassifier } from '../../judges/opening-judge.ts'
