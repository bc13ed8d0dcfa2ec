import { PatchError } from '../errors.ts'
import type { Reference } from './references/reference.ts'
import type { ResponseJournal } from './responses/response-journal.ts'
import { countEndings, describeEndings, type EndingCounts } from './rows/endings.ts'
import type { PatchPrompt } from './rows/preference-pair.ts'
import { isTarget, kindNames } from './rows/prompt-kind.ts'

/** The outcome of making pairs from prompts. */
export interface PairsSummary {
  readonly prompts: number
  readonly pairs: number
  /** Missing or truncated answers of the reference, by reason. */
  readonly reference: EndingCounts
}

/** Summarizes the answers in a run's journal. */
export function summaryOf(
  prompts: readonly PatchPrompt[],
  journal: ResponseJournal,
  pairs: number,
): PairsSummary {
  const [responses, endings] = [journal.responses('reference'), journal.endings('reference')]
  const { add, counts } = countEndings()
  for (const index of prompts.keys()) add({ response: responses.get(index), ended: endings.get(index) })
  return { prompts: prompts.length, pairs, reference: counts }
}

/** The summary as one sentence. */
export function formatPairsSummary({ prompts, pairs, reference }: PairsSummary): string {
  const told = describeEndings(reference)
  const of = `${pairs} ${pairs === 1 ? 'pair' : 'pairs'} from ${prompts} ${prompts === 1 ? 'prompt' : 'prompts'}`
  return told === '' ? `${of}.` : `${of}. Answers of the reference: ${told}.`
}

/**
 * Throws `EMPTY_DATA` if the reference answered none of the targets: the remaining data would only teach the model to answer as
 * before.
 */
export function checkAnswered(
  prompts: readonly PatchPrompt[],
  journal: ResponseJournal,
  { name }: Reference,
): void {
  const [responses, endings] = [journal.responses('reference'), journal.endings('reference')]
  const targets = [...prompts.keys()].filter((index) => isTarget((prompts[index] as PatchPrompt).kind))
  if (targets.length === 0 || targets.some((index) => responses.get(index) != null)) return
  const { add, counts, described } = countEndings()
  for (const index of targets) add({ response: responses.get(index), ended: endings.get(index) })
  const isCut = counts.cut > counts.withheld + counts.empty + counts.absent
  throw new PatchError('EMPTY_DATA', {
    expected: `answers of ${name} to make pairs from`,
    found: `none to ${targets.length} ${kindNames(prompts).target} ${targets.length === 1 ? 'prompt' : 'prompts'}: ${described()}`,
    remedy: isCut
      ? 'Raise the token limit (`maxTokens`, --max-tokens), which includes thinking, and use another path'
      : "Check the reference's answers, or use another reference, and use another path",
  })
}
