import type { PatchPrompt, PreferencePair } from './preference-pair.ts'
import type { ResponseJournal } from './response-journal.ts'

/** The pairs, in the order of the prompts, of what the journal holds and the refusals picked. */
export function assemblePairs(
  prompts: readonly PatchPrompt[],
  journal: ResponseJournal,
  refusals: ReadonlyMap<number, string>,
): PreferencePair[] {
  const said = (source: string, index: number) => {
    const text = source === 'refusal' ? refusals.get(index) : journal.responses(source).get(index)
    const score = journal.scores(source).get(index)
    return text == null || score === undefined ? undefined : { text, score }
  }
  return prompts.flatMap(({ prompt, kind, part, context, bare }, index) => {
    const harmful = kind === 'harmful'
    // The model was asked about a harmless prompt only where the reference's answer will not do.
    const chosen = harmful ? said('reference', index) : (said('model', index) ?? said('reference', index))
    const rejected = said(harmful ? 'model' : 'refusal', index)
    if (!chosen) return []
    return {
      prompt,
      kind,
      ...(part !== undefined && { part }),
      ...(context !== undefined && { context }),
      ...(bare !== undefined && { bare }),
      chosen: chosen.text,
      ...(rejected && { rejected: rejected.text }),
      chosenScore: chosen.score,
      ...(rejected && { rejectedScore: rejected.score }),
    }
  })
}
