import { cohensKappa, type Label } from '../statistics/cohens-kappa.ts'
import type { JudgeAgreement } from './report-data.ts'

/**
 * How far judges agree on the same responses, each two of them, in the order given. A verdict is what a judge calls a
 * response: true for refused or offensive, say, where it is scored, the score from 0.5 on.
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
