import { PatchError, throwIfAborted } from '../../errors.ts'
import type { ScoreRequest } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import { digestOf } from '../../sha256.ts'
import { excerpt } from '../../text/printable.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { type AbilityOptions, subjectOf } from './ability-measure.ts'

/** A response of given tokens to score, in full or from one of its tokens on. */
export interface LikelihoodRequest extends ScoreRequest {
  readonly response: readonly number[]
  /** Index of the first response token that counts; those before it are context. Default 0. */
  readonly from?: number | undefined
}

export interface ScoreItemsOptions extends AbilityOptions {
  /** Name of the measure: in the journal's first line, in progress and in messages. */
  readonly measure: string
  /** What else the numbers depend on, such as a template. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Σ log π, in nats, of each request of each item (a pair, a question, a text), in their order. With a path, the results of
 * each item are saved, and a resumed run reads only the missing items.
 *
 * @throws `EMPTY_DATA` without items; `RESUME_MISMATCH` if `path` is of another run; `ABORTED`; `STORAGE_FAILED`; and the
 *   errors of `LanguageModel.score`.
 */
export async function scoreItems<Item>(
  items: readonly Item[],
  requestsOf: (item: Item) => readonly LikelihoodRequest[],
  options: ScoreItemsOptions,
): Promise<number[][]> {
  const { model, measure, settings, path, batchSize = 32 } = options
  const { onProgress, signal } = options
  if (items.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: `data for ${measure}`,
      found: 'none',
      remedy: 'Pass at least one row',
    })
  }
  // The journal stores texts, so the numbers of an item are stored as one JSON text.
  const journal = await openResponseJournal(path, {
    run: measure,
    subject: { ...subjectOf(options), ...(await sourceMark(modelReference({ model }))) },
    ...settings,
    items: await digestOf(items),
  })
  const held = journal.responses('likelihood')
  const missing = [...items.keys()].filter((index) => !held.has(index))
  const report = (left: number) =>
    onProgress?.({ stage: measure, done: items.length - left, total: items.length })
  report(missing.length)
  while (missing.length > 0) {
    throwIfAborted(signal, `measuring ${measure}`)
    const requests: LikelihoodRequest[] = []
    const taken: { readonly index: number; readonly requests: number }[] = []
    // One batch at a time, in the order of the items: sums of lengths then vary little, so few program shapes are compiled.
    for (const index of missing) {
      const own = requestsOf(items[index] as Item)
      if (taken.length > 0 && requests.length + own.length > batchSize) break
      requests.push(...own)
      taken.push({ index, requests: own.length })
    }
    missing.splice(0, taken.length)
    const scores = await model.score(requests, { batchSize, signal })
    const sums = scores.map(({ logProbabilities }, i) =>
      logProbabilities.subarray(requests[i]?.from ?? 0).reduce((sum, logp) => sum + logp, 0),
    )
    const rows = taken.map(({ index, requests: count }) => ({
      source: 'likelihood',
      index,
      response: JSON.stringify(sums.splice(0, count)),
    }))
    await journal.add(...rows)
    report(missing.length)
  }
  return [...items.keys()].map((index) => JSON.parse(held.get(index) as string) as number[])
}

/**
 * The prompt that stands for the beginning of a text, so that its first token has something to follow: what the tokenizer
 * puts before every text, else the beginning-of-sequence token, else the end-of-sequence token (lm-evaluation-harness's
 * choice).
 *
 * @throws `UNSUPPORTED` if no text is encoded as just that token.
 */
export function startPrompt(tokenizer: Tokenizer): string {
  if (tokenizer.encodePrompt('').length > 0) return ''
  const id = tokenizer.bosTokenId ?? (tokenizer.eosTokenIds[0] as number)
  const text = tokenizer.decode([id], { skipSpecialTokens: false })
  const read = tokenizer.encodePrompt(text)
  if (read.length === 1 && read[0] === id) return text
  throw new PatchError('UNSUPPORTED', {
    expected: `a tokenizer that reads ${excerpt(text)} as its token ${id}`,
    found: `tokens ${read.join(', ') || '(none)'}`,
    remedy: 'Use a tokenizer whose special tokens can be written',
  })
}
