/** Core's measurements; with `path` they are kept in the platform's own storage unless another is given. */

import * as core from '@policypatch/core'
import * as coreEvaluate from '@policypatch/core/evaluate'
import { kept, keptInDirectory } from './kept.ts'

/** Measures the effects and the costs of a patch; with `directory`, resumably. See core's `evaluatePatch`. */
export const evaluatePatch = (
  options: coreEvaluate.EvaluatePatchOptions,
): Promise<coreEvaluate.PatchEvaluation> => core.evaluatePatch(keptInDirectory(options))

/** Measures refusal by origin and context; with `directory`, resumably. See core's `evaluateGrid`. */
export const evaluateGrid = (
  options: coreEvaluate.EvaluateGridOptions,
): Promise<coreEvaluate.GridEvaluation> => coreEvaluate.evaluateGrid(keptInDirectory(options))

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
