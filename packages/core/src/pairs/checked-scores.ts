import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'
import type { Judge, JudgeRequest } from './judge.ts'

/**
 * A judge's scores, one for each request.
 *
 * @throws `NOT_FINITE` for a score that is no number; `INVALID_ARGUMENT` for one outside [0, 1] or missing.
 */
export async function checkedScores(
  judge: Judge,
  requests: readonly JudgeRequest[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const scores = await judge.score(requests, signal ? { signal } : {})
  if (scores.length !== requests.length) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `${requests.length} scores from the judge ${judge.name}`,
      found: `${scores.length}`,
      remedy: 'Return one score per request, in the same order',
    })
  }
  const wrong = scores.findIndex((score) => !(score >= 0 && score <= 1))
  if (wrong < 0) return scores
  throw new PatchError(Number.isFinite(scores[wrong]) ? 'INVALID_ARGUMENT' : 'NOT_FINITE', {
    expected: `scores in [0, 1] from the judge ${judge.name}`,
    found: `${scores[wrong]} for the response ${excerpt(requests[wrong]?.response ?? '', 80)}`,
    remedy: 'Scale its scores so that 1 means as wanted and 0 means not',
  })
}
