import { formatTable } from '../../evaluate/report/report-table.ts'
import type { Rate } from '../../evaluate/statistics/wilson-interval.ts'
import { lastText } from '../../pairs/rows/prompt-format.ts'
import { shortened } from '../../text/printable.ts'
import type { OutcomeChange, TrainOutcome } from './train-outcome.ts'

/**
 * An outcome as text: a table of base and patched model, the checkpoint, three answers before and after, and any problems.
 *
 * @param table renders the cells, whose first row is the heading; default {@link formatTable}
 */
export function formatOutcome(outcome: TrainOutcome, table = formatTable): string {
  const { judge, checkpoint, examples } = outcome
  const chosen =
    checkpoint && `Chosen: ${checkpoint.stage} step ${checkpoint.step}${scoresOf(checkpoint.scores)}.`
  const answers = examples.flatMap(({ prompt, kind, base, patched }) => [
    `${kind}: ${line(lastText(prompt))}`,
    `  base:    ${line(base)}`,
    `  patched: ${line(patched)}`,
  ])
  return [
    `On held-out prompts, scored by ${judge}:`,
    table(outcomeTable(outcome)),
    ...(chosen ? [chosen] : []),
    '',
    ...answers,
    ...(outcome.problems.length > 0 ? ['', describeProblems(outcome)] : []),
  ].join('\n')
}

/** A patch's problems, as one sentence. */
export function describeProblems({ worseThanNone, problems }: TrainOutcome): string {
  const what = worseThanNone ? 'This patch is worse than none' : 'This patch fails its goal'
  return `${what}: ${problems.join('; ')}.`
}

/** The table's cells: the measurement, then the base and the patched model. */
function outcomeTable({ kinds, target, keep, degenerate }: TrainOutcome): string[][] {
  const row = (name: string, { base, patched }: OutcomeChange) =>
    patched.n === 0 ? [] : [[name, share(base), share(patched), `${patched.n}`]]
  return [
    ['', 'base', 'patched', 'n'],
    ...row(`${kinds.target} prompts answered as wanted`, target),
    ...row(`${kinds.keep} prompts answered as wanted`, keep),
    ...row('empty or repetitive answers', degenerate),
  ]
}

const percent = (value: number) => (100 * value).toFixed(0)

const share = ({ value, low, high }: Rate) => `${percent(value)}% [${percent(low)}, ${percent(high)}]`

function scoresOf(scores: NonNullable<TrainOutcome['checkpoint']>['scores']): string {
  const told = Object.entries(scores).flatMap(([name, value]) =>
    value === undefined || name === 'degenerate' ? [] : [`${name} ${percent(value)}%`],
  )
  return told.length === 0 ? '' : `, validation: ${told.join(', ')} as wanted`
}

/** Maximum number of characters shown of a prompt or answer. */
const longest = 160

const line = (text: string) => shortened(text.replace(/\s+/gu, ' ').trim(), longest) || '(nothing)'
