/**
 * Judges, metrics, domains, statistics and reports.
 *
 * @module @policypatch/core/evaluate
 */

export { checkDomain } from '../domains/check-domain.ts'
export type { DomainSampling, StageRecipe, TrainingRecipe } from '../domains/domain.ts'
export type { DomainPairsOptions } from '../domains/domain-pairs.ts'
export {
  type DomainEvaluation,
  type EvaluateDomainOptions,
  evaluateDomain,
} from '../domains/evaluate-domain.ts'
export type { GenderDomainOptions } from '../domains/gender-domain.ts'
export {
  type GenderAttributes,
  type GenderPromptsOptions,
  genderAttributes,
  genderPrompts,
  genderTemplates,
} from '../domains/gender-prompts.ts'
export type { HarmfulnessDomainOptions } from '../domains/harmfulness-domain.ts'
export {
  furtherJailbreaks,
  type Jailbreak,
  jailbreakPrompts,
  standardJailbreaks,
} from '../domains/jailbreaks.ts'
export type { MeasuredPrompt, SkippedMetric } from '../domains/measure-domain.ts'
export type { ToxicityDomainOptions } from '../domains/toxicity-domain.ts'
export { type AbilityChange, abilityChanges } from '../evaluate/ability/ability-changes.ts'
export type { AbilityOptions } from '../evaluate/ability/ability-measure.ts'
export { type EvaluateAbilityOptions, evaluateAbility } from '../evaluate/ability/evaluate-ability.ts'
export {
  type EvaluateInstructionsOptions,
  evaluateInstructions,
} from '../evaluate/ability/evaluate-instructions.ts'
export {
  type EvaluateMinimalPairsOptions,
  evaluateMinimalPairs,
  type MinimalPair,
} from '../evaluate/ability/evaluate-minimal-pairs.ts'
export {
  type EvaluateMultipleChoiceOptions,
  evaluateMultipleChoice,
  type MultipleChoiceQuestion,
} from '../evaluate/ability/evaluate-multiple-choice.ts'
export {
  type EvaluatePerplexityOptions,
  evaluatePerplexity,
  type HeldOutText,
} from '../evaluate/ability/evaluate-perplexity.ts'
export type { InstructionCheck, InstructionRequirement } from '../evaluate/ability/follows-instruction.ts'
export type { PerplexityChange } from '../evaluate/ability/perplexity-change.ts'
export { type AbilityData, type AbilitySet, readAbilityData } from '../evaluate/ability/read-ability-data.ts'
export type { EvaluatePatchOptions, PatchEvaluation } from '../evaluate/evaluate-patch.ts'
export { evaluationEffects } from '../evaluate/evaluation-effects.ts'
export { type EvaluationReportOptions, evaluationReport } from '../evaluate/evaluation-report.ts'
export type { EvaluationSubject } from '../evaluate/evaluation-subject.ts'
export { evaluationTable, type FormattedEvaluation } from '../evaluate/format-evaluation.ts'
export type { GridGeneration } from '../evaluate/grid/ask-subject.ts'
export {
  type EvaluateGridOptions,
  evaluateGrid,
  type GridEvaluation,
} from '../evaluate/grid/evaluate-grid.ts'
export type { EvaluationCell } from '../evaluate/grid/evaluation-cell.ts'
export { inEachContext } from '../evaluate/grid/in-each-context.ts'
export { type CrowsPair, readCrowsPairs } from '../evaluate/metrics/crows-pairs.ts'
export type { Divergence } from '../evaluate/metrics/divergence.ts'
export type {
  DomainMetric,
  DomainPrompt,
  JudgedMetric,
  ProbabilityMetric,
  ProbabilitySource,
  ScoredText,
  TextMetric,
} from '../evaluate/metrics/domain-metric.ts'
export { distinctNgrams } from '../evaluate/metrics/fluency-metrics.ts'
export { type GenderPair, genderPairs } from '../evaluate/metrics/gender-words.ts'
export { type KlToReferenceOptions, klToReference } from '../evaluate/metrics/kl-to-reference.ts'
export { type RefusalRates, refusalRate, type ScoredResponse } from '../evaluate/metrics/refusal-rate.ts'
export { strongRejectMean, unsafeRate } from '../evaluate/metrics/safety-metrics.ts'
export { randomPrefixLike } from '../evaluate/random-prefix-like.ts'
export { type AnalyzedMetric, analyzeMeasurements } from '../evaluate/report/analyze-measurements.ts'
export type { Effect } from '../evaluate/report/effect-of.ts'
export { type GarakEntry, type GarakReportOptions, garakReport } from '../evaluate/report/garak-report.ts'
export { judgeAgreement } from '../evaluate/report/judge-agreement.ts'
export { mergeReports } from '../evaluate/report/merge-reports.ts'
export type { PooledFigure } from '../evaluate/report/pooled-figure.ts'
export {
  type ExampleResponse,
  type JudgeAgreement,
  type ReportData,
  type ReportExample,
  type ReportedPatch,
  type TrainingCurve,
  trainingCurves,
  type WorkerShare,
} from '../evaluate/report/report-data.ts'
export { type ReportEffect, reportEffects } from '../evaluate/report/report-effects.ts'
export { readReport, writeReport } from '../evaluate/report/report-file.ts'
export { formatTable, type ReportRow, reportTable } from '../evaluate/report/report-table.ts'
export {
  type BootstrapIntervalOptions,
  type BootstrapOptions,
  bootstrapInterval,
  crossedBootstrap,
  type Estimate,
  type PairedDifference,
  pairedBootstrap,
} from '../evaluate/statistics/bootstrap.ts'
export { cohensKappa, type KappaAgreement, type Label } from '../evaluate/statistics/cohens-kappa.ts'
export { type McNemar, mcnemar, type PairedCounts, pairedCounts } from '../evaluate/statistics/mcnemar.ts'
export {
  type Interval,
  meanOverSeeds,
  type SeedMean,
  type SeedResult,
} from '../evaluate/statistics/mean-over-seeds.ts'
export type { Measurement } from '../evaluate/statistics/measurement.ts'
export { type ChangeScores, shareOfChange } from '../evaluate/statistics/share-of-change.ts'
export { type Rate, wilsonInterval } from '../evaluate/statistics/wilson-interval.ts'
export { classifierJudge } from '../pairs/judges/classifier-judge.ts'
export {
  type EndpointJudgeOptions,
  endpointJudge,
  type JudgeCriteria,
} from '../pairs/judges/endpoint-judge.ts'
export { type GoalJudgeOptions, goalJudge, type ResponseTest } from '../pairs/judges/goal-judge.ts'
export { isDegenerate } from '../pairs/judges/is-degenerate.ts'
export { isRefusal } from '../pairs/judges/is-refusal.ts'
export { functionJudge, type JudgeRequest } from '../pairs/judges/judge.ts'
export type { LinearTextClassifier } from '../pairs/judges/linear-text-classifier.ts'
export { type LlamaGuardJudgeOptions, llamaGuardJudge } from '../pairs/judges/llama-guard-judge.ts'
export { refusalScore } from '../pairs/judges/refusal-judge.ts'
export type { RegexJudgeOptions } from '../pairs/judges/regex-judge.ts'
export {
  type ResponseClass,
  type ResponseClassOptions,
  responseClass,
  responseClasses,
} from '../pairs/judges/response-class.ts'
export { type StrongRejectJudgeOptions, strongRejectJudge } from '../pairs/judges/strong-reject-judge.ts'
export {
  type StrongRejectGrades,
  type StrongRejectRubric,
  strongRejectRubric,
  strongRejectScore,
} from '../pairs/judges/strong-reject-rubric.ts'
export { linearTextScorer, type TextScorer } from '../pairs/judges/text-scorer.ts'
export type { PairRecipe, PairSide, PairSides } from '../pairs/pair-recipe.ts'
export type { RespondSettings } from '../pairs/references/reference.ts'
