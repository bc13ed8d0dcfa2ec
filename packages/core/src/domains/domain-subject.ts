import { PatchError } from '../errors.ts'
import type { ProbabilitySource } from '../evaluate/metrics/domain-metric.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { modelReference } from '../pairs/references/model-reference.ts'
import { type Reference, type RespondSettings, storedResponses } from '../pairs/references/reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import type { Tokenizer } from '../tokenize/tokenizer.ts'

/** A subject to measure, with its name in figures. */
export type DomainSubject = {
  /** `base`, `patched`, `reference`, `system prompt`, `random prefix`, `lora` or another name. */
  readonly name: string
  /** Seed of its training, if it was trained. */
  readonly seed?: number | undefined
} & (
  | { readonly model: LanguageModel }
  | {
      /** Such as `(settings) => systemPromptReference({ model, ...settings })`. */
      readonly reference: (settings: RespondSettings) => Reference
      /** Its tokenizer, for figures from its probabilities. */
      readonly tokenizer?: Tokenizer | undefined
    }
  | {
      /** Stored responses, [prompt][sample]. */
      readonly responses: readonly (readonly string[])[]
    }
)

/** One sample of every prompt, as a source of responses. */
export async function respondent(
  subject: DomainSubject,
  prompts: readonly PatchPrompt[],
  sample: number,
  settings: RespondSettings,
): Promise<Reference> {
  if ('model' in subject) return modelReference({ model: subject.model, ...settings })
  if ('reference' in subject) return subject.reference(settings)
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
  subject: DomainSubject,
  settings: RespondSettings,
): ProbabilitySource | { readonly reason: string } {
  const { format } = settings
  if ('responses' in subject) return { reason: `${subject.name} has only stored responses` }
  const reference =
    'model' in subject ? modelReference({ model: subject.model, ...settings }) : subject.reference(settings)
  const tokenizer = 'model' in subject ? subject.model.tokenizer : subject.tokenizer
  const { scoreTotals, scoreCandidates } = reference
  if (!scoreTotals || !scoreCandidates) return { reason: `${reference.name} gives no probabilities` }
  if (!tokenizer) return { reason: `no tokenizer was given for ${subject.name}` }
  return { tokenizer, format, scoreTotals, scoreCandidates }
}
