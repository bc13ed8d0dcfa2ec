/** Core's measurements; with `path` they are kept in the platform's own storage unless another is given. */
import * as core from '@policypatch/core'
import { defaultStorage } from '#default-storage'
import { kept, keptInDirectory } from './kept.ts'

/** Measures the effects and the costs of a patch; with `directory`, resumably. See core's `evaluatePatch`. */
export const evaluatePatch = (options: core.EvaluatePatchOptions): Promise<core.PatchEvaluation> =>
  core.evaluatePatch(keptInDirectory(options))

/** Measures refusal by origin and context; with `directory`, resumably. See core's `evaluateGrid`. */
export const evaluateGrid = (options: core.EvaluateGridOptions): Promise<core.GridEvaluation> =>
  core.evaluateGrid(keptInDirectory(options))

/** Measures refusal and over-refusal; with `path`, resumably. See core's `evaluateRefusal`. */
export const evaluateRefusal = (options: core.EvaluateRefusalOptions): Promise<core.RefusalEvaluation> =>
  core.evaluateRefusal(kept(options))

/** Measures what a model can do; with `path`, resumably. See core's `evaluateAbility`. */
export const evaluateAbility = (options: core.EvaluateAbilityOptions): Promise<core.Measurement[]> =>
  core.evaluateAbility(kept(options))

/** Measures grammar by minimal pairs; with `path`, resumably. See core's `evaluateMinimalPairs`. */
export const evaluateMinimalPairs = (
  options: core.EvaluateMinimalPairsOptions,
): Promise<core.Measurement[]> => core.evaluateMinimalPairs(kept(options))

/** Measures knowledge by questions; with `path`, resumably. See core's `evaluateMultipleChoice`. */
export const evaluateMultipleChoice = (
  options: core.EvaluateMultipleChoiceOptions,
): Promise<core.Measurement[]> => core.evaluateMultipleChoice(kept(options))

/** Measures how well texts are predicted; with `path`, resumably. See core's `evaluatePerplexity`. */
export const evaluatePerplexity = (options: core.EvaluatePerplexityOptions): Promise<core.Measurement[]> =>
  core.evaluatePerplexity(kept(options))

/** Measures instruction following; with `path`, resumably. See core's `evaluateInstructions`. */
export const evaluateInstructions = (
  options: core.EvaluateInstructionsOptions,
): Promise<core.Measurement[]> => core.evaluateInstructions(kept(options))

/** Measures a subject in a domain; with `path`, resumably. See core's `evaluateDomain`. */
export const evaluateDomain = (
  domain: core.Domain,
  subject: core.DomainSubject,
  prompts: readonly core.DomainPrompt[],
  options: core.EvaluateDomainOptions,
): Promise<core.DomainEvaluation> => core.evaluateDomain(domain, subject, prompts, kept(options))

/** Measures how far a subject is from a reference; with `path`, resumably. See core's `klToReference`. */
export const klToReference = (options: core.KlToReferenceOptions): Promise<core.Measurement[]> =>
  core.klToReference(kept(options))

/** Reads CrowS-Pairs (JSON Lines); see core's `readCrowsPairs`. */
export const readCrowsPairs = (
  path: string,
  storage: core.Storage = defaultStorage(),
): Promise<core.CrowsPair[]> => core.readCrowsPairs(storage, path)
