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
export { checkDomain } from './domains/check-domain.ts'
export type {
  Domain,
  DomainSampling,
  PairRecipe,
  PairSide,
  PairSides,
  StageRecipe,
  TrainingRecipe,
} from './domains/domain.ts'
export { type DomainPairsOptions, domainPairs } from './domains/domain-pairs.ts'
export type { DomainSubject, RespondSettings } from './domains/domain-subject.ts'
export {
  type DomainEvaluation,
  type EvaluateDomainOptions,
  evaluateDomain,
} from './domains/evaluate-domain.ts'
export { type GenderDomainOptions, genderDomain } from './domains/gender-domain.ts'
export {
  type GenderAttributes,
  type GenderPromptsOptions,
  genderAttributes,
  genderPrompts,
  genderTemplates,
} from './domains/gender-prompts.ts'
export { type HarmfulnessDomainOptions, harmfulnessDomain } from './domains/harmfulness-domain.ts'
export {
  furtherJailbreaks,
  type Jailbreak,
  jailbreakPrompts,
  standardJailbreaks,
} from './domains/jailbreaks.ts'
export type { MeasuredPrompt, SkippedMetric } from './domains/measure-domain.ts'
export { type ToxicityDomainOptions, toxicityDomain } from './domains/toxicity-domain.ts'
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
export type { AbilityOptions } from './evaluate/ability/ability-measure.ts'
export { type EvaluateAbilityOptions, evaluateAbility } from './evaluate/ability/evaluate-ability.ts'
export {
  type EvaluateInstructionsOptions,
  evaluateInstructions,
} from './evaluate/ability/evaluate-instructions.ts'
export type { MinimalPair } from './evaluate/ability/evaluate-minimal-pairs.ts'
export {
  type EvaluateMinimalPairsOptions,
  evaluateMinimalPairs,
} from './evaluate/ability/evaluate-minimal-pairs.ts'
export type { MultipleChoiceQuestion } from './evaluate/ability/evaluate-multiple-choice.ts'
export {
  type EvaluateMultipleChoiceOptions,
  evaluateMultipleChoice,
} from './evaluate/ability/evaluate-multiple-choice.ts'
export type { HeldOutText } from './evaluate/ability/evaluate-perplexity.ts'
export { type EvaluatePerplexityOptions, evaluatePerplexity } from './evaluate/ability/evaluate-perplexity.ts'
export type { InstructionCheck, InstructionRequirement } from './evaluate/ability/follows-instruction.ts'
export type { PerplexityChange } from './evaluate/ability/perplexity-change.ts'
export type { AbilityData, AbilitySet } from './evaluate/ability/read-ability-data.ts'
export { readAbilityData } from './evaluate/ability/read-ability-data.ts'
export { type EvaluatePatchOptions, evaluatePatch, type PatchEvaluation } from './evaluate/evaluate-patch.ts'
export {
  type EvaluateRefusalOptions,
  evaluateRefusal,
  type RefusalEvaluation,
} from './evaluate/evaluate-refusal.ts'
export { evaluationEffects } from './evaluate/evaluation-effects.ts'
export { type EvaluationReportOptions, evaluationReport } from './evaluate/evaluation-report.ts'
export {
  evaluationTable,
  type FormattedEvaluation,
  formatEvaluation,
} from './evaluate/format-evaluation.ts'
export {
  type EvaluateGridOptions,
  evaluateGrid,
  type GridEvaluation,
} from './evaluate/grid/evaluate-grid.ts'
export type { EvaluationCell } from './evaluate/grid/evaluation-cell.ts'
export type { GridGeneration, GridSubject } from './evaluate/grid/grid-subject.ts'
export { inEachContext } from './evaluate/grid/in-each-context.ts'
export { type CrowsPair, readCrowsPairs } from './evaluate/metrics/crows-pairs.ts'
export type { Divergence } from './evaluate/metrics/divergence.ts'
export type {
  DomainMetric,
  DomainPrompt,
  JudgedMetric,
  ProbabilityMetric,
  ProbabilitySource,
  ScoredText,
  TextMetric,
} from './evaluate/metrics/domain-metric.ts'
export { distinctNgrams } from './evaluate/metrics/fluency-metrics.ts'
export { type GenderPair, genderPairs } from './evaluate/metrics/gender-words.ts'
export { type KlToReferenceOptions, klToReference } from './evaluate/metrics/kl-to-reference.ts'
export { type RefusalRates, refusalRate, type ScoredResponse } from './evaluate/metrics/refusal-rate.ts'
export { strongRejectMean, unsafeRate } from './evaluate/metrics/safety-metrics.ts'
export { randomPrefixLike } from './evaluate/random-prefix-like.ts'
export { type AnalyzedMetric, analyzeMeasurements } from './evaluate/report/analyze-measurements.ts'
export type { Effect } from './evaluate/report/effect-of.ts'
export { type GarakEntry, type GarakReportOptions, garakReport } from './evaluate/report/garak-report.ts'
export { judgeAgreement } from './evaluate/report/judge-agreement.ts'
export { mergeReports } from './evaluate/report/merge-reports.ts'
export type { PooledFigure } from './evaluate/report/pooled-figure.ts'
export type {
  ExampleResponse,
  JudgeAgreement,
  ReportData,
  ReportExample,
  ReportedPatch,
  TrainingCurve,
} from './evaluate/report/report-data.ts'
export { trainingCurves } from './evaluate/report/report-data.ts'
export { type ReportEffect, reportEffects } from './evaluate/report/report-effects.ts'
export { readReport, writeReport } from './evaluate/report/report-file.ts'
export { formatTable, type ReportRow, reportTable } from './evaluate/report/report-table.ts'
export type { BootstrapOptions, Estimate } from './evaluate/statistics/bootstrap.ts'
export {
  type BootstrapIntervalOptions,
  bootstrapInterval,
  crossedBootstrap,
  type PairedDifference,
  pairedBootstrap,
} from './evaluate/statistics/bootstrap.ts'
export { cohensKappa, type KappaAgreement, type Label } from './evaluate/statistics/cohens-kappa.ts'
export { type McNemar, mcnemar, type PairedCounts, pairedCounts } from './evaluate/statistics/mcnemar.ts'
export {
  type Interval,
  meanOverSeeds,
  type SeedMean,
  type SeedResult,
} from './evaluate/statistics/mean-over-seeds.ts'
export type { Measurement } from './evaluate/statistics/measurement.ts'
export { type ChangeScores, shareOfChange } from './evaluate/statistics/share-of-change.ts'
export type { Rate } from './evaluate/statistics/wilson-interval.ts'
export { wilsonInterval } from './evaluate/statistics/wilson-interval.ts'
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
export { type ChatContextsOptions, chatContexts } from './pairs/contexts/chat-contexts.ts'
export { evaluationContexts } from './pairs/contexts/evaluation-contexts.ts'
export {
  fittingContexts,
  inContext,
  type PlaceInContextsOptions,
  placeInContexts,
} from './pairs/contexts/place-in-contexts.ts'
export type { PromptContext, PromptRewrite } from './pairs/contexts/prompt-context.ts'
export { readContexts } from './pairs/contexts/prompt-context.ts'
export { trainingContexts } from './pairs/contexts/training-contexts.ts'
export type { EndpointOptions } from './pairs/endpoint/open-endpoint.ts'
export {
  type FilterCounts,
  type FilteredPairs,
  type FilterOptions,
  type FilterSummary,
  filterPairs,
  formatFilterSummary,
} from './pairs/filter-pairs.ts'
export { type GeneratePairsOptions, generatePairs } from './pairs/generate-pairs.ts'
export { type EverydayPromptsOptions, everydayPrompts } from './pairs/generate-prompts/everyday-prompts.ts'
export { type NearMissesOptions, nearMisses } from './pairs/generate-prompts/near-misses.ts'
export { type OpeningsOptions, openingsOf } from './pairs/generate-prompts/openings-of.ts'
export { type SelectivePromptsOptions, selectivePrompts } from './pairs/generate-prompts/selective-prompts.ts'
export { classifierJudge } from './pairs/judges/classifier-judge.ts'
export {
  type EndpointJudgeOptions,
  endpointJudge,
  type JudgeCriteria,
} from './pairs/judges/endpoint-judge.ts'
export { type GoalJudgeOptions, goalJudge, type ResponseTest } from './pairs/judges/goal-judge.ts'
export { isDegenerate } from './pairs/judges/is-degenerate.ts'
export { isRefusal } from './pairs/judges/is-refusal.ts'
export type { Judge, JudgeRequest } from './pairs/judges/judge.ts'
export { functionJudge } from './pairs/judges/judge.ts'
export type { LinearTextClassifier } from './pairs/judges/linear-text-classifier.ts'
export { type LlamaGuardJudgeOptions, llamaGuardJudge } from './pairs/judges/llama-guard-judge.ts'
export { refusalJudge, refusalScore } from './pairs/judges/refusal-judge.ts'
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
export type { TextScorer } from './pairs/judges/text-scorer.ts'
export { linearTextScorer } from './pairs/judges/text-scorer.ts'
export { formatPairsSummary, type PairsSummary } from './pairs/pairs-summary.ts'
export {
  formatReferenceShare,
  type ReferenceExample,
  type ReferenceShare,
} from './pairs/reference-share.ts'
export { type EndpointReferenceOptions, endpointReference } from './pairs/references/endpoint-reference.ts'
export { type ModelReferenceOptions, modelReference } from './pairs/references/model-reference.ts'
export {
  type RecordedReferenceOptions,
  type RecordedResponse,
  recordedReference,
  recordedResponseSchema,
} from './pairs/references/recorded-reference.ts'
export type { Reference, SourceResponse } from './pairs/references/reference.ts'
export { firstTokens } from './pairs/references/reference.ts'
export {
  type SystemPromptReferenceOptions,
  safetySystemPrompt,
  systemPromptReference,
} from './pairs/references/system-prompt-reference.ts'
// Pairs.
export type { StageProgress } from './pairs/responses/collect-responses.ts'
export { scorePairs } from './pairs/responses/score-responses.ts'
export type { Ending, EndingCounts } from './pairs/rows/endings.ts'
export type { PatchPrompt, PreferencePair } from './pairs/rows/preference-pair.ts'
export type { PromptFormat } from './pairs/rows/prompt-format.ts'
export { isTarget, type KindNames, type PromptKind, promptKinds } from './pairs/rows/prompt-kind.ts'
export type { ReadRowsOptions } from './pairs/rows/read-rows.ts'
export { readPairs, readPrompts } from './pairs/rows/read-rows.ts'
export type { Attack } from './pairs/rows/wrap-prompt.ts'
// Patch.
export { type ApplyPatchOptions, applyPatch } from './patch/apply/apply-patch.ts'
export { checkFit, describeBase } from './patch/apply/check-fit.ts'
export {
  type ComposePatchesOptions,
  composePatches,
} from './patch/apply/compose-patches.ts'
export type { ComposeMethod } from './patch/apply/compose-prefixes.ts'
export { parallelPrefix } from './patch/apply/compose-prefixes.ts'
export { type PatchSet, patchSet, type StackEntry } from './patch/apply/patch-set.ts'
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
export type { Patch, PatchContents, PatchFiles } from './patch/patch.ts'
export {
  type CreatePatchOptions,
  createPatch,
  ungatedPatch,
  withEffects,
} from './patch/release/create-patch.ts'
export { modelIndex } from './patch/release/model-card.ts'
export { parseManifest } from './patch/release/parse-manifest.ts'
export { type InstalledPatch, type PatchStore, patchStore } from './patch/release/patch-store.ts'
export { importPeftPromptTuning } from './patch/release/peft-adapter.ts'
export { readPatch } from './patch/release/read-patch.ts'
export { compareVersions } from './patch/release/semantic-version.ts'
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
export type { DistillationRow, DistillationTask, ImitationTask } from './train/distill/distillation-task.ts'
export { type RebasePatchOptions, rebasePatch } from './train/distill/rebase-patch.ts'
export {
  type JointDomain,
  type TrainJointPatchOptions,
  trainJointPatch,
} from './train/distill/train-joint-patch.ts'
export type { DistillationOptions } from './train/examples/add-teachers.ts'
export type { DpoExample, SftExample, Teacher, TrainingExample } from './train/examples/example.ts'
export type { DpoReference } from './train/examples/reference-logps.ts'
export { type TokenizedPair, tokenizePairs } from './train/examples/tokenize-pairs.ts'
export type { GateFigures } from './train/gate/gate-threshold.ts'
export {
  type GateTraining,
  type TrainedGate,
  type TrainGateOptions,
  trainGate,
} from './train/gate/train-gate.ts'
export type {
  HardenedPatch,
  HardenPatchOptions,
  HardenProgress,
  HardenRound,
  HardenTraining,
} from './train/harden/harden-options.ts'
export { hardenPatch } from './train/harden/harden-patch.ts'
export { describeProblems, formatOutcome } from './train/outcome/format-outcome.ts'
export type { OutcomeChange, OutcomeExample, TrainOutcome } from './train/outcome/train-outcome.ts'
export { type ValidationScores, validatePrefix, validationMerit } from './train/stage/validate-prefix.ts'
export {
  type OptimizeTextPromptOptions,
  optimizeTextPrompt,
  type TextPrompt,
} from './train/text-prompt/optimize-text-prompt.ts'
export type {
  CheckOptions,
  DpoTraining,
  StageTraining,
  TrainingPreset,
  TrainPatchOptions,
  TrainProgress,
  ValidationOptions,
} from './train/train-options.ts'
export { type TrainedPatch, trainPatch } from './train/train-patch.ts'
// Train.
export { type AdamWOptions, type AdamWState, initAdamW, updateAdamW } from './train/trainer/adamw.ts'
export type { BatchGradient } from './train/trainer/gradient-sum.ts'
export type { TrainMetrics } from './train/trainer/metrics.ts'
export type {
  DpoLossOptions,
  DpoLossType,
  DpoObjective,
  Objective,
  SftObjective,
} from './train/trainer/objective.ts'
export {
  DEFAULT_POLICY,
  initPrefix,
  type PrefixInit,
  type PrefixInitOptions,
} from './train/trainer/prefix-init.ts'
export {
  PrefixTrainer,
  type PrefixTrainerOptions,
  type TrainerState,
} from './train/trainer/prefix-trainer.ts'
export { learningRateAt, type ScheduleOptions, type ScheduleType } from './train/trainer/schedule.ts'
export type { TrainingSettings } from './train/trainer/training-settings.ts'
export { heldOutForCheck, presetSteps, trainingDefaults } from './train/training-defaults.ts'
