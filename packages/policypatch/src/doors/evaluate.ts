/**
 * Judges, metrics, domains, statistics and reports.
 *
 * @module policypatch/evaluate
 */

import '../platform-storage.ts'

// Named exports take precedence over core's exports of the same name.
export * from '@policypatch/core/evaluate'
export { endpointJudge, llamaGuardJudge, strongRejectJudge } from '../endpoints.ts'
export { offensiveLanguageScorer, refusalClassifierJudge } from '../judges/classifiers.ts'
export type { JsonJudgeOptions } from '../judges/json-judge.ts'
export type { TextClassifier, TransformersLibrary } from '../judges/transformers-library.ts'
export {
  type TransformersScorer,
  type TransformersScorerOptions,
  transformersScorer,
} from '../judges/transformers-scorer.ts'
export { readAbilityData } from '../read-ability-data.ts'
export { renderReport } from '../report/render-report.ts'
