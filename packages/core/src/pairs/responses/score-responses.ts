import { PatchError, throwIfAborted } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { Judge, JudgeRequest } from '../judges/judge.ts'
import type { PatchPrompt, PreferencePair } from '../rows/preference-pair.ts'
import type { CollectOptions } from './collect-responses.ts'

/** Number of requests judged and recorded together. */
const chunk = 32

/** Judges a source's responses, by prompt index, that have no score in the journal yet. */
export async function scoreResponses(
  source: string,
  judge: Judge,
  prompts: readonly PatchPrompt[],
  responses: ReadonlyMap<number, string | null>,
  { journal, onProgress, signal }: CollectOptions,
): Promise<void> {
  const held = journal.scores(source)
  const missing = [...responses].flatMap(([index, response]) =>
    response === null || held.has(index) ? [] : [{ index, response }],
  )
  for (let start = 0; start < missing.length; start += chunk) {
    throwIfAborted(signal, `judging with ${judge.name}`)
    const rows = missing.slice(start, start + chunk)
    const requests = rows.map(({ index, response }) => ({ ...(prompts[index] as PatchPrompt), response }))
    const scores = await checkedScores(judge, requests, signal)
    await journal.add(...rows.map(({ index }, row) => ({ source, index, score: scores[row] as number })))
    onProgress?.({ stage: 'judge', done: start + rows.length, total: missing.length })
  }
}

/**
 * Returns pairs that were made elsewhere with a judge's scores of y⁺ and y⁻, replacing any they had.
 *
 * @throws `NOT_FINITE` and `INVALID_ARGUMENT` for scores that are not in [0, 1]; and the errors of the judge.
 */
export async function scorePairs(
  pairs: readonly PreferencePair[],
  judge: Judge,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PreferencePair[]> {
  const chosen = pairs.map(({ prompt, kind, chosen }) => ({ prompt, kind, response: chosen }))
  const rejected = pairs.flatMap(({ prompt, kind, rejected }) =>
    rejected === undefined ? [] : [{ prompt, kind, response: rejected }],
  )
  const chosenScores = await checkedScores(judge, chosen, signal)
  const rejectedScores = [...(await checkedScores(judge, rejected, signal))]
  return pairs.map((pair, index) => ({
    ...pair,
    chosenScore: chosenScores[index] as number,
    ...(pair.rejected === undefined ? {} : { rejectedScore: rejectedScores.shift() as number }),
  }))
}

/**
 * A judge's scores, one per request.
 *
 * @throws `NOT_FINITE` for a non-finite score; `INVALID_ARGUMENT` for one outside [0, 1] or missing.
 */
export async function checkedScores(
  judge: Judge,
  requests: readonly JudgeRequest[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const scores = await judge.score(requests, { signal })
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
