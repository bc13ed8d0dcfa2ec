import { checkPaired, checkValues } from './sample.ts'

/** A judge's label for a response: a word, a number or a boolean. */
export type Label = string | number | boolean

export interface KappaAgreement {
  readonly n: number
  /** Share of units to which both gave the same label. */
  readonly observed: number
  /** Share expected by chance of two judges whose labels are as frequent as these. */
  readonly expected: number
  /** (observed − expected) / (1 − expected) in [−1, 1] with its 95% interval; null if all labels are the same. */
  readonly kappa: { readonly value: number; readonly low: number; readonly high: number } | null
}

/** The 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054

/**
 * Agreement of two judges beyond chance (Cohen 1960), with the large-sample interval of Fleiss, Cohen and Everitt 1969,
 * clipped to [−1, 1].
 *
 * @throws `EMPTY_DATA` without labels; `INVALID_ARGUMENT` if the lengths differ.
 */
export function cohensKappa(first: readonly Label[], second: readonly Label[]): KappaAgreement {
  checkPaired(first, second, 'responses')
  checkValues(
    Array.from(first, () => 0),
    'the labels',
  )
  const n = first.length
  const labels = [...new Set([...first, ...second])]
  const index = new Map(labels.map((label, i) => [label, i]))
  const size = labels.length
  const table = new Float64Array(size * size)
  for (const [i, label] of first.entries()) {
    const cell = (index.get(label) as number) * size + (index.get(second[i] as Label) as number)
    table[cell] = (table[cell] as number) + 1 / n
  }
  const at = (row: number, column: number) => table[row * size + column] as number
  const sum = (of: (k: number) => number) => labels.reduce<number>((total, _, k) => total + of(k), 0)
  const rows = labels.map((_, i) => sum((j) => at(i, j)))
  const columns = labels.map((_, j) => sum((i) => at(i, j)))
  const row = (i: number) => rows[i] as number
  const column = (j: number) => columns[j] as number
  const observed = sum((i) => at(i, i))
  const expected = sum((i) => row(i) * column(i))
  if (size === 1) return { n, observed: 1, expected: 1, kappa: null }
  const value = (observed - expected) / (1 - expected)
  const diagonal = sum((i) => at(i, i) * (1 - (row(i) + column(i)) * (1 - value)) ** 2)
  const beside = sum((i) => sum((j) => (i === j ? 0 : at(i, j) * (column(i) + row(j)) ** 2)))
  const bias = (value - expected * (1 - value)) ** 2
  const variance = (diagonal + (1 - value) ** 2 * beside - bias) / ((1 - expected) ** 2 * n)
  const reach = z * Math.sqrt(Math.max(0, variance))
  return {
    n,
    observed,
    expected,
    kappa: { value, low: Math.max(-1, value - reach), high: Math.min(1, value + reach) },
  }
}
