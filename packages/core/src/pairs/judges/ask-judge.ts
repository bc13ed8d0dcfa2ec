import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { mapConcurrently } from '../endpoint/map-concurrently.ts'
import type { Endpoint } from '../endpoint/open-endpoint.ts'
import type { Ending } from '../rows/endings.ts'
import type { JudgeRequest } from './judge.ts'

export interface JudgeQuestion<T> {
  readonly messages: readonly ChatMessage[]
  readonly maxTokens: number
  /** What an answer says, undefined where it says nothing of use. */
  readonly parse: (answer: string) => T | undefined
  /** What an answer must be, for the error. */
  readonly expected: string
  /** Said to a judge whose answer is of no use, before it answers again. */
  readonly repair: string
  /** How often. */
  readonly retries: number
}

/**
 * Asks a judge behind an endpoint, at temperature 0. What it thinks is not read. An answer of no use is put back to it with the
 * request to repair it.
 *
 * @throws `MALFORMED` if none is useful, or a filter or the limit let none come; and the errors of the endpoint.
 */
export async function askJudge<T>(
  endpoint: Endpoint,
  { messages, maxTokens, parse, expected, repair, retries }: JudgeQuestion<T>,
  signal: AbortSignal,
): Promise<T> {
  const conversation = [...messages]
  let answer = ''
  for (let attempt = 0; attempt <= retries; attempt++) {
    const { response, ended } = await endpoint.complete(conversation, { maxTokens, temperature: 0 }, signal)
    if (response === undefined && ended) throw noAnswer(ended)
    answer = response ?? ''
    const parsed = parse(answer)
    if (parsed !== undefined) return parsed
    conversation.push({ role: 'assistant', content: answer }, { role: 'user', content: repair })
  }
  throw new PatchError('MALFORMED', {
    expected: `${expected} from the judge ${endpoint.name}`,
    found: `${excerpt(answer, 200)} after ${retries + 1} ${retries === 0 ? 'attempt' : 'attempts'}`,
    remedy: 'Use a model that follows the format, or request it with `body: { response_format }`',
  })

  function noAnswer(ended: Ending): PatchError {
    const limit = `Raise \`maxTokens\`, or the limit in \`body\` (--judge-body '{"max_tokens": 2048}')`
    return new PatchError('MALFORMED', {
      expected: `${expected} from the judge ${endpoint.name}`,
      found: {
        withheld: 'an answer that a content filter withheld',
        cut: `an answer cut off by the limit of ${maxTokens} tokens before any text`,
        empty: 'an answer without text',
      }[ended],
      remedy: ended === 'cut' ? limit : 'Use another judge, or remove the prompt that it does not judge',
    })
  }
}

/** The scores of requests in their order, each by itself, so many at a time. */
export async function scoreEach(
  requests: readonly JudgeRequest[],
  concurrency: number,
  score: (request: JudgeRequest, signal: AbortSignal) => Promise<number>,
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  const scores = new Array<number>(requests.length)
  for await (const { index, result } of mapConcurrently(requests, concurrency, score, signal)) {
    scores[index] = result
  }
  return scores
}
