import { PatchError } from '../errors.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import { type Reference, type RespondSettings, storedResponses } from '../pairs/references/reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'
import type { ProbabilitySource } from './metrics/domain-metric.ts'

/**
 * The subject of an evaluation, with its name in figures: a model, patched or not; anything else that responds; or stored
 * responses.
 */
export type EvaluationSubject = {
  /** `base`, `patched`, `reference`, `system prompt`, `random prefix`, `lora` or another name. */
  readonly name: string
  /** Seed of its training, if it was trained. */
  readonly seed?: number | undefined
} & (
  | { readonly model: LanguageModel }
  | {
      /**
       * A function receives the settings to answer with, which several samples need, such as `(settings) =>
       * systemPromptReference({ model, ...settings })`.
       */
      readonly reference: Reference | ((settings: RespondSettings) => Reference)
      /** Its tokenizer, for figures from its probabilities. */
      readonly tokenizer?: Tokenizer | undefined
    }
  | {
      /** Stored responses, [prompt][sample]. */
      readonly responses: readonly (readonly string[])[]
    }
)

/** A source of responses that gives one sample for every prompt. */
export async function respondent(
  subject: EvaluationSubject,
  prompts: readonly PatchPrompt[],
  sample: number,
  settings: RespondSettings,
): Promise<Reference> {
  if (!('responses' in subject)) return sourceOf(subject, settings)
  const { name, responses } = subject
  if (prompts.length > responses.length) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `responses of ${name} to each of ${prompts.length} prompts`,
      found: `${responses.length}`,
      remedy: 'Pass one per prompt, in the order of the prompts',
    })
  }
  return storedResponses(responses, prompts, (place) => responses[place]?.[sample])
}

/** The subject's probabilities, or why there are none. */
export function probabilitiesOf(
  subject: EvaluationSubject,
  settings: RespondSettings,
): ProbabilitySource | { readonly reason: string } {
  if ('responses' in subject) return { reason: `${subject.name} has only stored responses` }
  const source = sourceOf(subject, settings)
  const tokenizer = 'model' in subject ? subject.model.tokenizer : subject.tokenizer
  const { scoreTotals, scoreCandidates } = source
  if (!scoreTotals || !scoreCandidates) return { reason: `${source.name} gives no probabilities` }
  if (!tokenizer) return { reason: `no tokenizer was given for ${subject.name}` }
  return { tokenizer, format: settings.format, scoreTotals, scoreCandidates }
}

/** Throws `INVALID_ARGUMENT` for a reference that would give the same response each time, if several samples are wanted. */
export function checkDraws(subject: EvaluationSubject, samples: number): void {
  if (samples === 1 || !('reference' in subject) || typeof subject.reference === 'function') return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a reference of ${subject.name} that is a function of its settings, for ${samples} samples`,
    found: `${subject.reference.name}, which answers by settings of its own`,
    remedy: 'Pass `(settings) => modelReference({ model, ...settings })`, or ask for one sample',
  })
}

/** The source of responses of a subject that has none stored. */
export function sourceOf(
  subject: Exclude<EvaluationSubject, { readonly responses: unknown }>,
  settings: RespondSettings,
): Reference {
  if ('model' in subject) return modelReference({ model: subject.model, ...settings })
  const { reference } = subject
  return typeof reference === 'function' ? reference(settings) : reference
}
