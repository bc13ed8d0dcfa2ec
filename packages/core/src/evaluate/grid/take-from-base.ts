import { isGated } from '../../model/gate/gate.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { PatchPrompt } from '../../pairs/preference-pair.ts'
import { formatPrompt } from '../../pairs/prompt-format.ts'
import type { ResponseJournal } from '../../pairs/response-journal.ts'
import type { GridGeneration } from './grid-subject.ts'

/** A model and what it said, by prompt index. */
export interface AnsweredBy {
  readonly model: LanguageModel
  readonly responses: ReadonlyMap<number, string>
}

/** Of the models that have answered, the base of one whose prefix has a gate: the same weights, multiplied alike, without a prefix. */
export const baseOf = (model: LanguageModel, answered: readonly AnsweredBy[]): AnsweredBy | undefined =>
  isGated(model.prefix)
    ? answered.find(
        ({ model: { prefix, weights, precision } }) =>
          prefix === undefined && weights === model.weights && precision === model.precision,
      )
    : undefined

/**
 * Writes down, as the responses of a model whose prefix has a gate, what its base said to those prompts on which the prefix
 * does not take effect: there the two say the same exactly. What the journal holds already stays.
 *
 * @throws as the model and the journal
 */
export async function takeFromBase(
  model: LanguageModel,
  base: AnsweredBy,
  prompts: readonly PatchPrompt[],
  {
    journal,
    generation: { format = 'chat', batchSize = 32 },
    signal,
  }: {
    readonly journal: ResponseJournal
    readonly generation: GridGeneration
    readonly signal: AbortSignal | undefined
  },
): Promise<void> {
  const held = journal.responses('model')
  const missing = [...prompts.keys()].filter((index) => !held.has(index) && base.responses.has(index))
  if (missing.length === 0) return
  const asked = missing.map((index) => formatPrompt((prompts[index] as PatchPrompt).prompt, format))
  const fires = await model.takesEffect(asked, { batchSize, ...(signal && { signal }) })
  const taken = missing.filter((_, i) => !fires[i])
  if (taken.length === 0) return
  await journal.add(
    ...taken.map((index) => ({ source: 'model', index, response: base.responses.get(index) as string })),
  )
}
