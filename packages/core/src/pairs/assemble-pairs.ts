import type { PatchPrompt, PreferencePair } from './preference-pair.ts'
import { isTarget } from './prompt-kind.ts'
import type { ResponseJournal } from './response-journal.ts'

/** What the reference says to a `keep` prompt is y⁻ where it does there too what targets alone shall have. */
const notWanted = <Said extends { readonly score: number }>(said: Said | undefined): Said | undefined =>
  said && said.score < 0.5 ? said : undefined

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
    // The model was asked about a prompt to keep only where the reference's answer will not do.
    const ofReference = said('reference', index)
    const ofModel = said('model', index)
    const chosen = isTarget(kind) ? ofReference : (ofModel ?? ofReference)
    const rejected = isTarget(kind)
      ? ofModel
      : kind === 'keep'
        ? notWanted(ofReference)
        : said('refusal', index)
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
