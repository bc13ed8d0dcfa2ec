// Roles that a platform fills, and errors.
export {
  type Backend,
  type CompiledProgram,
  type DType,
  expandWeight,
  type HostTensor,
  type NamedHostTensors,
  type NamedTensors,
  type NamedWeights,
  type PackedWeight,
  type Precision,
  type Signature,
  type TensorProgram,
  type TensorSpec,
  type TransientWeight,
  type Weight,
} from './backend/backend.ts'
export { checkFeeds, checkWeights } from './backend/check-feeds.ts'
export { type EagerBackendOptions, eagerBackend } from './backend/eager-backend.ts'
export { disposedError, runQueue } from './backend/run-queue.ts'
export {
  type ErrorCode,
  type ErrorParts,
  errorCodes,
  PatchError,
  settleAll,
  throwIfAborted,
} from './errors.ts'
// Evaluate.
export { type AbilityChange, abilityChanges } from './evaluate/ability/ability-changes.ts'
export type { AbilityData, AbilitySet } from './evaluate/ability/ability-data.ts'
export type { AbilityOptions } from './evaluate/ability/ability-options.ts'
export { distinctNgrams } from './evaluate/ability/distinct-ngrams.ts'
export { type EvaluateAbilityOptions, evaluateAbility } from './evaluate/ability/evaluate-ability.ts'
export {
  type EvaluateInstructionsOptions,
  evaluateInstructions,
} from './evaluate/ability/evaluate-instructions.ts'
export {
  type EvaluateMinimalPairsOptions,
  evaluateMinimalPairs,
} from './evaluate/ability/evaluate-minimal-pairs.ts'
export {
  type EvaluateMultipleChoiceOptions,
  evaluateMultipleChoice,
} from './evaluate/ability/evaluate-multiple-choice.ts'
export { type EvaluatePerplexityOptions, evaluatePerplexity } from './evaluate/ability/evaluate-perplexity.ts'
export type { HeldOutText } from './evaluate/ability/held-out-text.ts'
export type { InstructionCheck, InstructionRequirement } from './evaluate/ability/instruction-check.ts'
export type { MinimalPair } from './evaluate/ability/minimal-pair.ts'
export type { MultipleChoiceQuestion } from './evaluate/ability/multiple-choice-question.ts'
export { readAbilityData } from './evaluate/ability/read-ability-data.ts'
export { randomPrefixLike } from './evaluate/baselines/random-prefix-like.ts'
export type { Divergence } from './evaluate/divergence.ts'
export { checkDomain } from './evaluate/domains/check-domain.ts'
export type { Domain, DomainSampling } from './evaluate/domains/domain.ts'
export type {
  DomainMetric,
  JudgedMetric,
  ProbabilityMetric,
  ScoredText,
  TextMetric,
} from './evaluate/domains/domain-metric.ts'
export { type DomainPairsOptions, domainPairs } from './evaluate/domains/domain-pairs.ts'
export type { DomainPrompt } from './evaluate/domains/domain-prompt.ts'
export type { DomainSubject } from './evaluate/domains/domain-subject.ts'
export {
  type DomainEvaluation,
  type EvaluateDomainOptions,
  evaluateDomain,
} from './evaluate/domains/evaluate-domain.ts'
export { type GenderDomainOptions, genderDomain } from './evaluate/domains/gender-domain.ts'
export {
  type GenderAttributes,
  type GenderPromptsOptions,
  genderAttributes,
  genderPrompts,
  genderTemplates,
} from './evaluate/domains/gender-prompts.ts'
export { type HarmfulnessDomainOptions, harmfulnessDomain } from './evaluate/domains/harmfulness-domain.ts'
export { furtherJailbreaks } from './evaluate/domains/jailbreaks/further-jailbreaks.ts'
export { type Jailbreak, jailbreakPrompts } from './evaluate/domains/jailbreaks/jailbreak.ts'
export { standardJailbreaks } from './evaluate/domains/jailbreaks/standard-jailbreaks.ts'
export type { MeasuredPrompt, SkippedMetric } from './evaluate/domains/measure-domain.ts'
export type { PairRecipe, PairSide, PairSides } from './evaluate/domains/pair-recipe.ts'
export type { ProbabilitySource } from './evaluate/domains/probability-source.ts'
export type { RespondSettings } from './evaluate/domains/respond-settings.ts'
export { type ToxicityDomainOptions, toxicityDomain } from './evaluate/domains/toxicity-domain.ts'
export type { StageRecipe, TrainingRecipe } from './evaluate/domains/training-recipe.ts'
export { type EvaluatePatchOptions, evaluatePatch, type PatchEvaluation } from './evaluate/evaluate-patch.ts'
export {
  type EvaluateRefusalOptions,
  evaluateRefusal,
  type RefusalEvaluation,
} from './evaluate/evaluate-refusal.ts'
export {
  type EvaluateGridOptions,
  evaluateGrid,
  type GridEvaluation,
} from './evaluate/grid/evaluate-grid.ts'
export type { EvaluationCell } from './evaluate/grid/evaluation-cell.ts'
export { evaluationEffects } from './evaluate/grid/evaluation-effects.ts'
export {
  evaluationTable,
  type FormattedEvaluation,
  formatEvaluation,
} from './evaluate/grid/format-evaluation.ts'
export type { GridGeneration, GridSubject } from './evaluate/grid/grid-subject.ts'
export { inEachContext } from './evaluate/grid/in-each-context.ts'
export type { Measurement } from './evaluate/measurement.ts'
export { type CrowsPair, readCrowsPairs } from './evaluate/metrics/crows-pairs.ts'
export { type GenderPair, genderPairs } from './evaluate/metrics/gender-words.ts'
export { type KlToReferenceOptions, klToReference } from './evaluate/metrics/kl-to-reference.ts'
export { strongRejectMean, unsafeRate } from './evaluate/metrics/safety-metrics.ts'
export type { PerplexityChange } from './evaluate/perplexity-change.ts'
export { type RefusalRates, refusalRate, type ScoredResponse } from './evaluate/refusal-rate.ts'
export { type AnalyzedMetric, analyzeMeasurements } from './evaluate/report/analyze-measurements.ts'
export type { Effect } from './evaluate/report/effect-of.ts'
export { type EvaluationReportOptions, evaluationReport } from './evaluate/report/evaluation-report.ts'
export { type GarakEntry, type GarakReportOptions, garakReport } from './evaluate/report/garak-report.ts'
export { judgeAgreement } from './evaluate/report/judge-agreement.ts'
export { mergeReports } from './evaluate/report/merge-reports.ts'
export type { PooledFigure } from './evaluate/report/pooled-figure.ts'
export { readReport } from './evaluate/report/read-report.ts'
export type {
  ExampleResponse,
  JudgeAgreement,
  ReportData,
  ReportExample,
  ReportedPatch,
  TrainingCurve,
} from './evaluate/report/report-data.ts'
export { type ReportEffect, reportEffects } from './evaluate/report/report-effects.ts'
export { trainingCurves } from './evaluate/report/training-curves.ts'
export { writeReport } from './evaluate/report/write-report.ts'
export { formatTable, type ReportRow, reportTable } from './evaluate/report-table.ts'
export type { BootstrapOptions } from './evaluate/statistics/bootstrap.ts'
export { type BootstrapIntervalOptions, bootstrapInterval } from './evaluate/statistics/bootstrap-interval.ts'
export { cohensKappa, type KappaAgreement, type Label } from './evaluate/statistics/cohens-kappa.ts'
export { crossedBootstrap } from './evaluate/statistics/crossed-bootstrap.ts'
export type { Estimate } from './evaluate/statistics/estimate.ts'
export { type McNemar, mcnemar, type PairedCounts, pairedCounts } from './evaluate/statistics/mcnemar.ts'
export {
  type Interval,
  meanOverSeeds,
  type SeedMean,
  type SeedResult,
} from './evaluate/statistics/mean-over-seeds.ts'
export { type PairedDifference, pairedBootstrap } from './evaluate/statistics/paired-bootstrap.ts'
export { type ChangeScores, shareOfChange } from './evaluate/statistics/share-of-change.ts'
export type { Rate } from './evaluate/wilson-interval.ts'
export { wilsonInterval } from './evaluate/wilson-interval.ts'
// Where models are fetched from.
export { type ChosenFiles, chooseFiles } from './hub/choose-files.ts'
export { type GgufModel, ggufModels } from './hub/gguf-models.ts'
export { type HubAccessOptions, hubFetch } from './hub/hub-access.ts'
export {
  type Digest,
  digestMismatch,
  type HubFile,
  type HubListing,
  type HubQuery,
  hubFileUrl,
  listHubFiles,
} from './hub/hub-files.ts'
export { formatHubId, type HubId, hubAddress, hubIdOfAddress, parseHubId, pathFault } from './hub/hub-id.ts'
export { type KnownModel, knownModel } from './hub/known-models.ts'
export { type RetryOptions, retryingFetch, unreachable } from './hub/retrying-fetch.ts'
export { type PartialBytes, type TransferRequest, transfer } from './hub/transfer.ts'
export { importPackage } from './import-package.ts'
export { createLanguageModel, type ModelParts } from './model/create-language-model.ts'
// Model.
export type { Architecture, Projections, WeightSpec } from './model/decoder/families/architecture.ts'
export { architectures } from './model/decoder/families/find-architecture.ts'
export type { ModelConfig, RopeScaling } from './model/decoder/families/model-config.ts'
export { type LoadModelOptions, loadStoredModel, type StoredPlace } from './model/files/load-model.ts'
export { type GgufReader, openGguf } from './model/files/tensors/gguf.ts'
export { openSafetensors } from './model/files/tensors/safetensors.ts'
export { openShardedSafetensors } from './model/files/tensors/sharded-safetensors.ts'
export type { StoredTensor, TensorReader } from './model/files/tensors/tensor-reader.ts'
export { writeSafetensors } from './model/files/tensors/write-safetensors.ts'
export type {
  CandidateRequest,
  Gate,
  GenerateOptions,
  GenerateRequest,
  Generation,
  LanguageModel,
  Prefix,
  PrefixPart,
  ReadingPlace,
  Score,
  ScoreOptions,
  ScoreRequest,
  TopLogProbabilities,
} from './model/language-model/language-model.ts'
export { type ModelIdentity, modelIdentity } from './model/language-model/model-identity.ts'
export type { HeldPrefix, PrefixCache } from './model/language-model/prefix-cache.ts'
// Pairs.
export type { StageProgress } from './pairs/collect-responses.ts'
export { type ChatContextsOptions, chatContexts } from './pairs/contexts/chat-contexts.ts'
export { evaluationContexts } from './pairs/contexts/evaluation-contexts.ts'
export { fittingContexts } from './pairs/contexts/fitting-contexts.ts'
export { inContext } from './pairs/contexts/in-context.ts'
export { type PlaceInContextsOptions, placeInContexts } from './pairs/contexts/place-in-contexts.ts'
export type { PromptContext, PromptRewrite } from './pairs/contexts/prompt-context.ts'
export { readContexts } from './pairs/contexts/read-contexts.ts'
export { trainingContexts } from './pairs/contexts/training-contexts.ts'
export type { EndingCounts } from './pairs/count-endings.ts'
export type { EndpointOptions } from './pairs/endpoint/open-endpoint.ts'
export { type EverydayPromptsOptions, everydayPrompts } from './pairs/everyday-prompts.ts'
export {
  type FilterCounts,
  type FilteredPairs,
  type FilterOptions,
  type FilterSummary,
  filterPairs,
  formatFilterSummary,
} from './pairs/filter-pairs.ts'
export { type GeneratePairsOptions, generatePairs } from './pairs/generate-pairs.ts'
export type { Judge, JudgeRequest } from './pairs/judge.ts'
export { classifierJudge } from './pairs/judges/classifier-judge.ts'
export {
  type EndpointJudgeOptions,
  endpointJudge,
  type JudgeCriteria,
} from './pairs/judges/endpoint-judge.ts'
export { functionJudge } from './pairs/judges/function-judge.ts'
export { type GoalJudgeOptions, goalJudge, type ResponseTest } from './pairs/judges/goal-judge.ts'
export { isDegenerate } from './pairs/judges/is-degenerate.ts'
export { isRefusal } from './pairs/judges/is-refusal.ts'
export type { LinearTextClassifier } from './pairs/judges/linear-text-classifier.ts'
export { linearTextScorer } from './pairs/judges/linear-text-scorer.ts'
export { type LlamaGuardJudgeOptions, llamaGuardJudge } from './pairs/judges/llama-guard-judge.ts'
export { refusalJudge } from './pairs/judges/refusal-judge.ts'
export { refusalScore } from './pairs/judges/refusal-score.ts'
export { type RegexJudgeOptions, regexJudge } from './pairs/judges/regex-judge.ts'
export {
  type ResponseClass,
  type ResponseClassOptions,
  responseClass,
  responseClasses,
} from './pairs/judges/response-class.ts'
export { type StrongRejectJudgeOptions, strongRejectJudge } from './pairs/judges/strong-reject-judge.ts'
export {
  type StrongRejectGrades,
  type StrongRejectRubric,
  strongRejectRubric,
  strongRejectScore,
} from './pairs/judges/strong-reject-rubric.ts'
export { type NearMissesOptions, nearMisses } from './pairs/near-misses.ts'
export { type OpeningsOptions, openingsOf } from './pairs/openings-of.ts'
export { formatPairsSummary, type PairsSummary } from './pairs/pairs-summary.ts'
export type { PatchPrompt, PreferencePair } from './pairs/preference-pair.ts'
export type { PromptFormat } from './pairs/prompt-format.ts'
export { isTarget, type KindNames, type PromptKind, promptKinds } from './pairs/prompt-kind.ts'
export { readPairs } from './pairs/read-pairs.ts'
export { readPrompts } from './pairs/read-prompts.ts'
export type { ReadRowsOptions } from './pairs/read-rows.ts'
export type { Ending, Reference, SourceResponse } from './pairs/reference.ts'
export {
  formatReferenceShare,
  type ReferenceExample,
  type ReferenceShare,
} from './pairs/reference-share.ts'
export { type EndpointReferenceOptions, endpointReference } from './pairs/references/endpoint-reference.ts'
export { firstTokens } from './pairs/references/first-tokens.ts'
export { type ModelReferenceOptions, modelReference } from './pairs/references/model-reference.ts'
export {
  type RecordedReferenceOptions,
  type RecordedResponse,
  recordedReference,
  recordedResponseSchema,
} from './pairs/references/recorded-reference.ts'
export {
  type SystemPromptReferenceOptions,
  safetySystemPrompt,
  systemPromptReference,
} from './pairs/references/system-prompt-reference.ts'
export { scorePairs } from './pairs/score-pairs.ts'
export { type SelectivePromptsOptions, selectivePrompts } from './pairs/selective-prompts.ts'
export type { TextScorer } from './pairs/text-scorer.ts'
export type { Attack } from './pairs/wrap-prompt.ts'
// Patch.
export { type ApplyPatchOptions, applyPatch } from './patch/apply-patch.ts'
export { checkFit, describeBase } from './patch/check-fit.ts'
export {
  type ComposePatchesOptions,
  composePatches,
} from './patch/compose/compose-patches.ts'
export type { ComposeMethod } from './patch/compose/compose-prefixes.ts'
export { parallelPrefix } from './patch/compose/compose-prefixes.ts'
export { type CreatePatchOptions, createPatch, ungatedPatch, withEffects } from './patch/create-patch.ts'
export { exportKeyValues, type PatchKeyValues } from './patch/export/key-values.ts'
export { type DecoderProgram, patchedDecoder } from './patch/export/patched-decoder.ts'
export { type PromptEmbeds, promptEmbedder } from './patch/export/prompt-embedder.ts'
export {
  diffPatches,
  type FieldDifference,
  type PatchDifference,
  type PrefixDifference,
} from './patch/inspect/diff-patches.ts'
export {
  type InspectedToken,
  type InspectPrefixOptions,
  inspectPrefix,
  type NearToken,
  type PrefixInspection,
} from './patch/inspect/inspect-prefix.ts'
export type {
  BaseModelIdentity,
  ComposedPart,
  CompositionMethod,
  GateSummary,
  MeasuredRate,
  PatchComposition,
  PatchEffect,
  PatchManifest,
  PatchRecipe,
  PrefixSummary,
} from './patch/manifest.ts'
export { modelIndex } from './patch/model-card.ts'
export { parseManifest } from './patch/parse-manifest.ts'
export type { Patch, PatchContents, PatchFiles } from './patch/patch.ts'
export { type PatchSet, patchSet, type StackEntry } from './patch/patch-set.ts'
export { type InstalledPatch, type PatchStore, patchStore } from './patch/patch-store.ts'
export { importPeftPromptTuning } from './patch/peft-adapter.ts'
export { readPatch } from './patch/read-patch.ts'
export { compareVersions } from './patch/semantic-version.ts'
export { createRandom, type Random, type RandomState } from './random.ts'
export { sha256 } from './sha256.ts'
export { type ForeignFile, foreignFile, foreignFileBytes } from './storage/foreign-file.ts'
export { appendJsonLine, readJsonLines, writeJsonLines } from './storage/json-lines.ts'
export { bytesSource, memoryStorage } from './storage/memory-storage.ts'
export { parseJsonFile } from './storage/parse-json-file.ts'
export type { ByteSource, OpenOptions, Storage } from './storage/storage.ts'
export { readWithin, tooLong } from './storage/storage.ts'
export { describeValue } from './text/describe-value.ts'
export {
  excerpt,
  isPrintableLine,
  type PrintablePieces,
  printable,
  printableJson,
  printableLine,
  printablePieces,
} from './text/printable.ts'
// Tokenize.
export { contentText } from './tokenize/chat-messages.ts'
export { ggufTokenizerFiles } from './tokenize/gguf-tokenizer.ts'
export { createTokenizer, type TokenizerFiles } from './tokenize/load-tokenizer.ts'
export type { ChatMessage, Prompt, TextPart, Tokenizer } from './tokenize/tokenizer.ts'
// Train.
export { type AdamWOptions, type AdamWState, initAdamW, updateAdamW } from './train/adamw.ts'
export {
  type CompressionTask,
  type CompressPatchesOptions,
  compressPatches,
} from './train/distill/compress-patches.ts'
export {
  type DistillPatchOptions,
  type DistillTraining,
  distillPatch,
} from './train/distill/distill-patch.ts'
export type { DistillationRow, DistillationTask } from './train/distill/distillation-task.ts'
export type { ImitationTask } from './train/distill/imitation-task.ts'
export { type RebasePatchOptions, rebasePatch } from './train/distill/rebase-patch.ts'
export {
  type JointDomain,
  type TrainJointPatchOptions,
  trainJointPatch,
} from './train/distill/train-joint-patch.ts'
export type { DpoLossOptions, DpoLossType } from './train/dpo-loss.ts'
export type { DpoExample, SftExample, Teacher, TrainingExample } from './train/example.ts'
export type { GateFigures } from './train/gate/gate-threshold.ts'
export {
  type GateTraining,
  type TrainedGate,
  type TrainGateOptions,
  trainGate,
} from './train/gate/train-gate.ts'
export type { BatchGradient } from './train/gradient-sum.ts'
export type {
  HardenedPatch,
  HardenPatchOptions,
  HardenProgress,
  HardenRound,
  HardenTraining,
} from './train/harden/harden-options.ts'
export { hardenPatch } from './train/harden/harden-patch.ts'
export type { TrainMetrics } from './train/metrics.ts'
export type { DpoObjective, Objective, SftObjective } from './train/objective.ts'
export { describeProblems, formatOutcome } from './train/outcome/format-outcome.ts'
export type { OutcomeChange, OutcomeExample, TrainOutcome } from './train/outcome/train-outcome.ts'
export { DEFAULT_POLICY, initPrefix, type PrefixInit, type PrefixInitOptions } from './train/prefix-init.ts'
export { PrefixTrainer, type PrefixTrainerOptions, type TrainerState } from './train/prefix-trainer.ts'
export { learningRateAt, type ScheduleOptions, type ScheduleType } from './train/schedule.ts'
export {
  type OptimizeTextPromptOptions,
  optimizeTextPrompt,
  type TextPrompt,
} from './train/text-prompt/optimize-text-prompt.ts'
export { type TokenizedPair, tokenizePairs } from './train/tokenize-pairs.ts'
export type {
  CheckOptions,
  DistillationOptions,
  DpoReference,
  DpoTraining,
  StageTraining,
  TrainingPreset,
  TrainPatchOptions,
  TrainProgress,
  ValidationOptions,
} from './train/train-options.ts'
export { type TrainedPatch, trainPatch } from './train/train-patch.ts'
export { heldOutForCheck, presetSteps, trainingDefaults } from './train/training-defaults.ts'
export type { TrainingSettings } from './train/training-settings.ts'
export { type ValidationScores, validatePrefix, validationMerit } from './train/validate-prefix.ts'
