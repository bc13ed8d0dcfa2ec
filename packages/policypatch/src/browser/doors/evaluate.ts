// `/evaluate`: judges, metrics, domains, statistics and reports.
export * from '@policypatch/core/evaluate'
export { offensiveLanguageScorer, refusalClassifierJudge } from '../../browser/classifiers.ts'
export type { OpeningClassifier } from '../../judges/opening-judge.ts'
export {
  evaluateAbility,
  evaluateDomain,
  evaluateGrid,
  evaluateInstructions,
  evaluateMinimalPairs,
  evaluateMultipleChoice,
  evaluatePerplexity,
  evaluateRefusal,
  klToReference,
  readCrowsPairs,
} from '../../stored/evaluation.ts'
export { readReport, writeReport } from '../../stored/reports.ts'
