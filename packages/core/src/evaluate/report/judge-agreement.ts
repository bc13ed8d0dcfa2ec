import { cohensKappa, type Label } from '../statistics/cohens-kappa.ts'
import type { JudgeAgreement } from './report-data.ts'

/**
 * How far each two of the judges agree on the same responses, in the order given. A verdict is a judge's label for a
 * response: true for refused or offensive, say; for a score, whether it is at least 0.5.
 *
 * @throws `EMPTY_DATA` without responses; `INVALID_ARGUMENT` if judges have verdicts on different ones.
 */
export function judgeAgreement(
  { domain, data }: { readonly domain: string; readonly data: string },
  verdicts: Readonly<Record<string, readonly Label[]>>,
): JudgeAgreement[] {
  const judges = Object.entries(verdicts)
  return judges.flatMap(([first, ours], i) =>
    judges.slice(i + 1).map(([second, theirs]): JudgeAgreement => {
      const { n, observed, kappa } = cohensKappa(ours, theirs)
      return { domain, data, judges: [first, second], n, observed, kappa }
    }),
  )
}
