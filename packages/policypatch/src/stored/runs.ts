/**
 * Core's functions that can keep a run: with `path` or `directory` it is kept in the platform's own storage unless another is given,
 * and the same call goes on from there after a stop.
 */

import type { Storage } from '@policypatch/core'
import * as core from '@policypatch/core'
import * as coreEvaluate from '@policypatch/core/evaluate'
import * as corePairs from '@policypatch/core/pairs'
import * as coreTrain from '@policypatch/core/train'
import { defaultStorage } from '#default-storage'

interface Run {
  readonly path?: string | undefined
  readonly directory?: string | undefined
  readonly storage?: Storage | undefined
}

/** Options with the platform's storage, where they have a path or a directory that core keeps a run in and no storage. */
const kept = <Options extends Run>(options: Options): Options =>
  (options.path ?? options.directory) === undefined || options.storage
    ? options
    : { ...options, storage: defaultStorage() }

/** Trains a patch; see core's `trainPatch`. @function */
export const trainPatch: typeof core.trainPatch = (options) => core.trainPatch(kept(options))

/** Continues to train a patch against attacks; see core's `hardenPatch`. @function */
export const hardenPatch: typeof core.hardenPatch = (options) => core.hardenPatch(kept(options))

/** Trains a prefix on the distributions of teachers; see core's `distillPatch`. @function */
export const distillPatch: typeof coreTrain.distillPatch = (options) => coreTrain.distillPatch(kept(options))

/** Trains one patch that does what a stack does, or a shorter one; see core's `compressPatches`. @function */
export const compressPatches: typeof core.compressPatches = (options) => core.compressPatches(kept(options))

/** Moves a patch to another release of its base model; see core's `rebasePatch`. @function */
export const rebasePatch: typeof coreTrain.rebasePatch = (options) => coreTrain.rebasePatch(kept(options))

/** Trains one patch for several domains; see core's `trainJointPatch`. @function */
export const trainJointPatch: typeof coreTrain.trainJointPatch = (options) =>
  coreTrain.trainJointPatch(kept(options))

/** Your prompts and generated ones, in contexts; with `path`, generated ones are saved. See core's `selectivePrompts`. */
export const selectivePrompts = (options: corePairs.SelectivePromptsOptions): Promise<core.PatchPrompt[]> =>
  corePairs.selectivePrompts(kept(options))

/** Makes pairs; with `path` they are saved in that file, and a stopped run can be resumed. See core's `generatePairs`. */
export const generatePairs = (options: corePairs.GeneratePairsOptions): Promise<core.PreferencePair[]> =>
  core.generatePairs(kept(options))

/** Makes the pairs of a domain; with `path`, resumably. See core's `domainPairs`. */
export const domainPairs = (options: coreEvaluate.DomainPairsOptions): Promise<core.PreferencePair[]> =>
  core.domainPairs(kept(options))

/** Measures the effects and the costs of a patch; with `directory`, resumably. See core's `evaluatePatch`. */
export const evaluatePatch = (
  options: coreEvaluate.EvaluatePatchOptions,
): Promise<coreEvaluate.PatchEvaluation> => core.evaluatePatch(kept(options))

/** Measures refusal by origin and context; with `directory`, resumably. See core's `evaluateGrid`. */
export const evaluateGrid = (
  options: coreEvaluate.EvaluateGridOptions,
): Promise<coreEvaluate.GridEvaluation> => coreEvaluate.evaluateGrid(kept(options))

/** Measures refusal and over-refusal; with `path`, resumably. See core's `evaluateRefusal`. */
export const evaluateRefusal = (
  options: coreEvaluate.EvaluateRefusalOptions,
): Promise<coreEvaluate.RefusalEvaluation> => coreEvaluate.evaluateRefusal(kept(options))

/** Measures what a model can do; with `path`, resumably. See core's `evaluateAbility`. */
export const evaluateAbility = (
  options: coreEvaluate.EvaluateAbilityOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.evaluateAbility(kept(options))

/** Measures grammar by minimal pairs; with `path`, resumably. See core's `evaluateMinimalPairs`. */
export const evaluateMinimalPairs = (
  options: coreEvaluate.EvaluateMinimalPairsOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.evaluateMinimalPairs(kept(options))

/** Measures knowledge by questions; with `path`, resumably. See core's `evaluateMultipleChoice`. */
export const evaluateMultipleChoice = (
  options: coreEvaluate.EvaluateMultipleChoiceOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.evaluateMultipleChoice(kept(options))

/** Measures how well texts are predicted; with `path`, resumably. See core's `evaluatePerplexity`. */
export const evaluatePerplexity = (
  options: coreEvaluate.EvaluatePerplexityOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.evaluatePerplexity(kept(options))

/** Measures instruction following; with `path`, resumably. See core's `evaluateInstructions`. */
export const evaluateInstructions = (
  options: coreEvaluate.EvaluateInstructionsOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.evaluateInstructions(kept(options))

/** Measures a subject in a domain; with `path`, resumably. See core's `evaluateDomain`. */
export const evaluateDomain = (
  options: coreEvaluate.EvaluateDomainOptions,
): Promise<coreEvaluate.DomainEvaluation> => coreEvaluate.evaluateDomain(kept(options))

/** Measures how far a subject is from a reference; with `path`, resumably. See core's `klToReference`. */
export const klToReference = (
  options: coreEvaluate.KlToReferenceOptions,
): Promise<coreEvaluate.Measurement[]> => coreEvaluate.klToReference(kept(options))
