/**
 * Training loops of your own, gates, and distillation of several patches or for another base model.
 *
 * @module @policypatch/core/train
 */

export type { CompressionTask, CompressPatchesOptions } from '../train/distill/compress-patches.ts'
export {
  type DistillPatchOptions,
  type DistillTraining,
  distillPatch,
} from '../train/distill/distill-patch.ts'
export type { DistillationRow, DistillationTask, ImitationTask } from '../train/distill/distillation-task.ts'
export { type RebasePatchOptions, rebasePatch } from '../train/distill/rebase-patch.ts'
export {
  type JointDomain,
  type TrainJointPatchOptions,
  trainJointPatch,
} from '../train/distill/train-joint-patch.ts'
export type { DistillationOptions } from '../train/examples/add-teachers.ts'
export type { DpoExample, SftExample, Teacher, TrainingExample } from '../train/examples/example.ts'
export type { DpoReference } from '../train/examples/reference-logps.ts'
export { type TokenizedPair, tokenizePairs } from '../train/examples/tokenize-pairs.ts'
export type { GateFigures } from '../train/gate/gate-threshold.ts'
export {
  type GateTraining,
  type TrainedGate,
  type TrainGateOptions,
  trainGate,
} from '../train/gate/train-gate.ts'
export type {
  HardenedPatch,
  HardenPatchOptions,
  HardenProgress,
  HardenRound,
  HardenTraining,
} from '../train/harden/harden-options.ts'
export { describeProblems, formatOutcome } from '../train/outcome/format-outcome.ts'
export type { OutcomeChange, OutcomeExample, TrainOutcome } from '../train/outcome/train-outcome.ts'
export { type ValidationScores, validatePrefix, validationMerit } from '../train/stage/validate-prefix.ts'
export {
  type OptimizeTextPromptOptions,
  optimizeTextPrompt,
  type TextPrompt,
} from '../train/text-prompt/optimize-text-prompt.ts'
export type {
  CheckOptions,
  DpoTraining,
  StageTraining,
  TrainingPreset,
  ValidationOptions,
} from '../train/train-options.ts'
export type { TrainedPatch } from '../train/train-patch.ts'
export { type AdamWOptions, type AdamWState, initAdamW, updateAdamW } from '../train/trainer/adamw.ts'
export type { BatchGradient } from '../train/trainer/gradient-sum.ts'
export type { TrainMetrics } from '../train/trainer/metrics.ts'
export type {
  DpoLossOptions,
  DpoLossType,
  DpoObjective,
  Objective,
  SftObjective,
} from '../train/trainer/objective.ts'
export {
  DEFAULT_POLICY,
  initPrefix,
  type PrefixInit,
  type PrefixInitOptions,
} from '../train/trainer/prefix-init.ts'
export {
  PrefixTrainer,
  type PrefixTrainerOptions,
  type TrainerState,
} from '../train/trainer/prefix-trainer.ts'
export { learningRateAt, type ScheduleOptions, type ScheduleType } from '../train/trainer/schedule.ts'
export type { TrainingSettings } from '../train/trainer/training-settings.ts'
export { heldOutForCheck, presetSteps, trainingDefaults } from '../train/training-defaults.ts'
