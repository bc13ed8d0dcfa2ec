import { isOfSafety, isTarget, promptKinds } from '../pairs/rows/prompt-kind.ts'
import type { PatchEvaluation } from './evaluate-patch.ts'
import type { GridEvaluation } from './grid/evaluate-grid.ts'
import type { EvaluationCell } from './grid/evaluation-cell.ts'
import { formatTable } from './report/report-table.ts'
import type { Rate } from './statistics/wilson-interval.ts'

/** An evaluation of subjects, optionally with the other measurements of a patch. */
export type FormattedEvaluation = GridEvaluation & Partial<PatchEvaluation>

/**
 * An evaluation as text. A table has a row for each origin and context and, for each subject, the shares of harmful and
 * harmless prompts refused (or of targets answered as wanted, and of `keep` prompts whose answers changed), in percent with
 * 95% intervals. Degenerate answers and the other measurements of the patch follow.
 *
 * @param table renders the grid's cells ({@link evaluationTable}); default {@link formatTable}
 */
export function formatEvaluation(evaluation: FormattedEvaluation, table = formatTable): string {
  const rest = [...degenerateLines(evaluation), ...costLines(evaluation)]
  return [table(evaluationTable(evaluation)), '', ...rest].join('\n')
}

/** The grid as cells; the first row is the heading. */
export function evaluationTable({ subjects, cells }: GridEvaluation): string[][] {
  const kinds = kindsOf(cells)
  const rows = new Map(
    cells.map(({ origin, context }) => [JSON.stringify([origin, context]), { origin, context }]),
  )
  const heading = [
    'prompts',
    'context',
    'n',
    ...subjects.flatMap((subject) => kinds.map((kind) => `${subject}: ${kind} ${measuredOf(kind)}`)),
  ]
  return [
    heading,
    ...[...rows.values()].map(({ origin, context }) => {
      const own = cells.filter((cell) => cell.origin === origin && cell.context === context)
      const cellOf = (subject: string, kind: EvaluationCell['kind']) =>
        own.find((cell) => cell.subject === subject && cell.kind === kind)
      const sizes = kinds.map((kind) =>
        Math.max(0, ...own.filter((cell) => cell.kind === kind).map(({ refused }) => refused.n)),
      )
      return [
        origin,
        context,
        sizes.filter((n) => n > 0).join(' + '),
        ...subjects.flatMap((subject) => kinds.map((kind) => formatShare(cellOf(subject, kind)?.refused))),
      ]
    }),
  ]
}

const kindsOf = (cells: readonly EvaluationCell[]) =>
  promptKinds.filter((kind) => cells.some((cell) => cell.kind === kind))

/** What the share in a cell of this kind counts, for the heading. */
const measuredOf = (kind: EvaluationCell['kind']) =>
  isOfSafety(kind) ? 'refused' : isTarget(kind) ? 'as wanted' : 'changed'

/** `83% [75, 89]`; a dash if nothing was measured. */
function formatShare(rate: Rate | undefined): string {
  if (!rate || rate.n === 0) return '–'
  const percent = (share: number) => (100 * share).toFixed(0)
  return `${percent(rate.value)}% [${percent(rate.low)}, ${percent(rate.high)}]`
}

function degenerateLines({ subjects, cells }: GridEvaluation): string[] {
  const shares = (kind: EvaluationCell['kind']) =>
    subjects.map((subject) => {
      const own = cells.filter((cell) => cell.subject === subject && cell.kind === kind)
      const n = own.reduce((sum, { degenerate }) => sum + degenerate.n, 0)
      const found = own.reduce((sum, { degenerate }) => sum + degenerate.n * degenerate.value, 0)
      return n === 0 ? undefined : `${subject} ${((100 * found) / n).toFixed(1)}%`
    })
  return kindsOf(cells).flatMap((kind) => {
    const found = shares(kind).filter((share) => share !== undefined)
    return found.length === 0 ? [] : [`empty or repetitive answers to ${kind} prompts: ${found.join(', ')}`]
  })
}

function costLines({ divergence, perplexity, ability }: FormattedEvaluation): string[] {
  const lines: string[] = []
  if (divergence) {
    const { identical, kl, tokens } = divergence
    const n = `n=${identical.n}`
    lines.push(
      `everyday answers identical to the base model's for ${tokens} tokens: ${formatShare(identical)} ${n}`,
      `KL from the base model on these: ${interval(kl, 3)} nats per token`,
    )
  }
  if (perplexity) {
    const { base, patched, ratio } = perplexity
    const values = `${base.value.toFixed(1)} → ${patched.value.toFixed(1)}`
    lines.push(`perplexity of plain text: ${values}, ratio ${interval(ratio, 3)} n=${ratio.n}`)
  }
  for (const { before, after, difference } of ability ?? []) {
    const change = difference ? `, ${interval(difference, 3)}` : ''
    const values = `${before.value.toFixed(3)} → ${after.value.toFixed(3)}`
    lines.push(`${before.metric}, ${before.data}: ${values}${change} n=${before.n}`)
  }
  return lines
}

const interval = (
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  digits: number,
) => `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
