import { PatchError } from '../errors.ts'
import { excerpt, printableLine, shortened } from '../text/printable.ts'
import type { ResponseJournal } from './responses/response-journal.ts'
import { countEndings, describeEndings, type EndingCounts } from './rows/endings.ts'
import type { PatchPrompt, PreferencePair } from './rows/preference-pair.ts'
import { lastText } from './rows/prompt-format.ts'
import { isTarget, type KindNames, kindNames } from './rows/prompt-kind.ts'

/** The reference's answer to a target. */
export interface ReferenceExample {
  readonly prompt: PatchPrompt['prompt']
  readonly response: string
  /** The judge's score, in [0, 1]. */
  readonly score: number
}

/** How often a reference does what the patch should learn. */
export interface ReferenceShare {
  /** The rows' name for prompts whose answers the patch should change. */
  readonly kind: KindNames['target']
  /** Number of targets that the reference answered, or that pairs were given for. */
  readonly asked: number
  /** Those that it answers as wanted: scored at least the winnerThreshold. */
  readonly wanted: number
  /** Missing answers, by reason. */
  readonly missing: EndingCounts
  /** Up to three of its answers, including one that is not as wanted, if there is any. */
  readonly examples: readonly ReferenceExample[]
}

/** The share of a run, from the reference's answers and scores in its journal. */
export function shareOfJournal(
  prompts: readonly PatchPrompt[],
  journal: ResponseJournal,
  winnerThreshold: number,
): ReferenceShare {
  const [responses, scores] = [journal.responses('reference'), journal.scores('reference')]
  const { add, counts } = countEndings()
  const targets = [...prompts.keys()].filter((index) => isTarget((prompts[index] as PatchPrompt).kind))
  const answers = targets.flatMap((index): ReferenceExample[] => {
    const response = responses.get(index)
    add({ response, ended: journal.endings('reference').get(index) })
    const { prompt, bare = prompt } = prompts[index] as PatchPrompt
    return response == null ? [] : [{ prompt: bare, response, score: scores.get(index) ?? 0 }]
  })
  return { ...shareOf(prompts, targets.length, answers, winnerThreshold), missing: counts }
}

/** The share of ready-made pairs, whose y⁺ counts as the reference's answer. Pairs without a score count as not wanted. */
export function shareOfPairs(pairs: readonly PreferencePair[], winnerThreshold: number): ReferenceShare {
  const answers = pairs.flatMap(({ prompt, kind, chosen, chosenScore = 0 }): ReferenceExample[] =>
    isTarget(kind) ? [{ prompt, response: chosen, score: chosenScore }] : [],
  )
  const { counts } = countEndings()
  return { ...shareOf(pairs, answers.length, answers, winnerThreshold), missing: counts }
}

function shareOf(
  rows: readonly PatchPrompt[],
  asked: number,
  answers: readonly ReferenceExample[],
  winnerThreshold: number,
): Omit<ReferenceShare, 'missing'> {
  const wanted = answers.filter(({ score }) => score >= winnerThreshold)
  const others = answers.filter(({ score }) => score < winnerThreshold)
  const most = wanted.length >= others.length ? [wanted, others] : [others, wanted]
  const rare = (most[1] ?? []).slice(0, 1)
  return {
    kind: kindNames(rows).target,
    asked,
    wanted: wanted.length,
    examples: [...(most[0] ?? []).slice(0, 3 - rare.length), ...rare],
  }
}

/** The share as a sentence, and a line for each example. */
export function formatReferenceShare({ kind, asked, wanted, missing, examples }: ReferenceShare): string {
  const told = describeEndings({ ...missing, shortened: 0 })
  const line = (text: string) => shortened(printableLine(text).trim(), 100)
  const answers = examples.map(
    ({ prompt, response, score }) => `  ${line(lastText(prompt))} → ${line(response)} (${score.toFixed(2)})`,
  )
  const share =
    `The reference answers ${wanted} of ${asked} ${kind} prompts as wanted` +
    `${told === '' ? '' : `; missing answers: ${told}`}.`
  return [share, ...answers].join('\n')
}

/**
 * Throws `TRAINING_FAILED` for a share below the minimum, `EMPTY_DATA` if no answer is as wanted: training on them would teach
 * something else.
 */
export function checkReferenceShare(share: ReferenceShare, minimum: number, judge: string): void {
  const { kind, asked, wanted, missing, examples } = share
  if (asked === 0 || wanted >= minimum * asked) return
  const percent = (part: number) => `${(100 * part).toFixed(0)}%`
  const told = describeEndings({ ...missing, shortened: 0 })
  const shown = examples.find(({ score }) => score < 0.5)
  throw new PatchError(wanted === 0 ? 'EMPTY_DATA' : 'TRAINING_FAILED', {
    expected: `a reference that answers at least ${percent(minimum)} of the ${kind} prompts as wanted, by the judge ${judge}`,
    found:
      `${wanted} of ${asked} (${percent(wanted / asked)})${told === '' ? '' : `, ${told}`}` +
      `${shown ? `; for example, to ${excerpt(lastText(shown.prompt))} it answers ${excerpt(shown.response, 160)}` : ''}`,
    remedy:
      'Check its answers and use another reference or judge, or train anyway ' +
      '(`minimumReferenceShare` 0, --min-reference-share 0)',
  })
}
