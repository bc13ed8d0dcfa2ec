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
  /** Parses an answer; undefined if it is unusable. */
  readonly parse: (answer: string) => T | undefined
  /** Describes a usable answer, for the error. */
  readonly expected: string
  /** Sent to the judge after an unusable answer, before it answers again. */
  readonly repair: string
  /** Maximum number of repair requests. */
  readonly retries: number
}

/**
 * Asks a judge behind an endpoint, at temperature 0, ignoring its thinking. An unusable answer is sent back with a request to
 * repair it.
 *
 * @throws `MALFORMED` if no answer is usable, or if a filter or the limit prevents one; and the errors of the endpoint.
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

/** Scores requests individually, at most `concurrency` at a time; returns the scores in order. */
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
