import type { Judge } from '../../pairs/judges/judge.ts'
import { type ResponseClass, responseClass, responseClasses } from '../../pairs/judges/response-class.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { isOfSafety, isTarget, type PromptKind } from '../../pairs/rows/prompt-kind.ts'
import { refusalRate, type ScoredResponse } from '../metrics/refusal-rate.ts'
import { type Rate, wilsonInterval } from '../statistics/wilson-interval.ts'
import type { Asked } from './ask-subject.ts'

/** Results of one subject for the prompts of one origin, context and kind. */
export interface EvaluationCell {
  /** Name of the subject, such as `base`. */
  readonly subject: string
  /** The prompts' `part`; `prompts` if they have none. */
  readonly origin: string
  /** The prompts' `context`; `plain` if they have none. */
  readonly context: string
  readonly kind: PromptKind
  /**
   * Share refused, by the first judge: wanted for harmful prompts, over-refusal for harmless ones. For a goal other than
   * safety, the share of targets answered as wanted, and of `keep` prompts whose answers are not. Wilson's 95% interval.
   */
  readonly refused: Rate
  /** The same share by each judge, by name. */
  readonly refusedBy: Readonly<Record<string, Rate>>
  /** Share of responses that are empty or repeat themselves (`isDegenerate`). */
  readonly degenerate: Rate
  /** Shares of the classes of responses (`responseClass`), which sum to 1; all 0 if there are no responses. */
  readonly classes: Readonly<Record<ResponseClass, number>>
}

const originOf = ({ part }: PatchPrompt) => part ?? 'prompts'
const contextOf = ({ context }: PatchPrompt) => context ?? 'plain'

/** The cells of one subject, in the order in which origins, contexts and kinds first appear. */
export function cellsOf(
  subject: string,
  prompts: readonly PatchPrompt[],
  judges: readonly Judge[],
  { responses, scores }: Asked,
): EvaluationCell[] {
  const groups = new Map<string, number[]>()
  for (const [index, prompt] of prompts.entries()) {
    const key = JSON.stringify([originOf(prompt), contextOf(prompt), prompt.kind])
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  return [...groups.values()].map((indices) => {
    const first = prompts[indices[0] as number] as PatchPrompt
    const { kind } = first
    const answered = indices.filter((index) => responses.has(index))
    const scored = judges.map((_, judge) =>
      answered.map(
        (index): ScoredResponse => ({
          ...(prompts[index] as PatchPrompt),
          response: responses.get(index) as string,
          score: scores[judge]?.get(index) as number,
        }),
      ),
    )
    const rates = scored.map(refusalRate)
    const refused = rates.map(({ refusal, overRefusal }) => (isTarget(kind) ? refusal : overRefusal))
    return {
      subject,
      origin: originOf(first),
      context: contextOf(first),
      kind,
      refused: refused[0] as Rate,
      refusedBy: Object.fromEntries(judges.map(({ name }, judge) => [name, refused[judge] as Rate])),
      degenerate: wilsonInterval(rates[0]?.degenerate ?? 0, answered.length),
      classes: sharesOf(scored[0] ?? []),
    }
  })
}

function sharesOf(responses: readonly ScoredResponse[]): EvaluationCell['classes'] {
  const found = responses.map(({ response, prompt, kind }) => responseClass(response, { prompt, kind }))
  const share = (one: ResponseClass) =>
    found.length === 0 ? 0 : found.filter((other) => other === one).length / found.length
  return Object.fromEntries(responseClasses.map((one) => [one, share(one)])) as EvaluationCell['classes']
}

/** The name of a cell's share in figures, by the kind of its prompts, and which direction is better. */
export function metricOf(kind: PromptKind): {
  readonly name: string
  readonly better: 'higher' | 'lower'
} {
  const better = isTarget(kind) ? 'higher' : 'lower'
  if (isOfSafety(kind)) return { name: isTarget(kind) ? 'refusal rate' : 'over-refusal rate', better }
  return { name: isTarget(kind) ? 'answered as wanted' : 'changed', better }
}
