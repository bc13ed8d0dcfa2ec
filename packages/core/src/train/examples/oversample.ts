import { PatchError } from '../../errors.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { excerpt } from '../../text/printable.ts'

/** How many times a stage's data contains each row of a part; 1 for parts that are not named. */
export type PartWeights = Readonly<Record<string, number>>

/** The rows, with those of a weighted part repeated. */
export function oversample<Row extends { readonly part?: string | undefined }>(
  rows: readonly Row[],
  weights: PartWeights | undefined,
): Row[] {
  return rows.flatMap((row) =>
    Array.from({ length: (row.part !== undefined && weights?.[row.part]) || 1 }, () => row),
  )
}

/** Throws `INVALID_ARGUMENT` for weights that are not whole numbers of at least 1, and for parts without rows. */
export function checkPartWeights(rows: readonly PreferencePair[], weights: PartWeights | undefined): void {
  const parts = [...new Set(rows.flatMap(({ part }) => part ?? []))]
  const problems = Object.entries(weights ?? {}).filter(
    ([part, weight]) => !parts.includes(part) || !Number.isInteger(weight) || weight < 1,
  )
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `integer partWeights of at least 1, for parts of the pairs: ${parts.map((part) => excerpt(part)).join(', ') || 'none has a part'}`,
    found: problems.map(([part, weight]) => `${excerpt(part)}: ${weight}`).join(', '),
    remedy: 'Correct the weights, or set `part` on the prompts',
  })
}
