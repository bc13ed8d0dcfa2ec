import type { EvaluationCell, PatchEvaluation, Rate } from 'policypatch/evaluate'

/** Which cells of an evaluation to pool. */
export interface Where {
  /** Sets of prompts. Default: all. */
  readonly sets?: readonly string[]
  readonly contexts?: readonly string[]
  readonly kind: 'harmful' | 'harmless'
}

export const isWithin = (
  { sets, contexts, kind }: Where,
  row: { readonly origin: string; readonly context: string; readonly kind: string },
): boolean =>
  row.kind === kind && (sets?.includes(row.origin) ?? true) && (contexts?.includes(row.context) ?? true)

/** The pooled rate over a subject's cells. */
export function pooled(
  { cells }: Pick<PatchEvaluation, 'cells'>,
  subject: string,
  where: Where,
  rateOf: (cell: EvaluationCell) => Rate | undefined = ({ refused }) => refused,
): { readonly value: number; readonly n: number } {
  const rates = cells
    .filter((cell) => cell.subject === subject && isWithin(where, cell))
    .flatMap((cell) => rateOf(cell) ?? [])
  const n = rates.reduce((sum, rate) => sum + rate.n, 0)
  return { n, value: rates.reduce((sum, rate) => sum + rate.value * rate.n, 0) / n }
}
