/**
 * Judges, metrics, domains, statistics and reports.
 *
 * @module policypatch/browser/evaluate
 */

import '../../platform-storage.ts'

// What is exported by name takes the place of core's export of that name.
export * from '@policypatch/core/evaluate'
export { offensiveLanguageScorer, refusalClassifierJudge } from '../../browser/classifiers.ts'
export type { OpeningClassifier } from '../../judges/opening-judge.ts'
