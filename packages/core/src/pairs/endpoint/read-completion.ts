import { PatchError } from '../../errors.ts'
import { strictJson } from '../../storage/strict-json.ts'
import { describeValue } from '../../text/describe-value.ts'
import { excerpt } from '../../text/printable.ts'
import { partOf } from '../../tokenize/chat-messages.ts'
import type { Ending } from '../rows/endings.ts'
import { said, statusError } from './endpoint-errors.ts'
import { splitThinking } from './split-thinking.ts'

export interface Completion {
  /** The text; undefined if there is none. */
  readonly response: string | undefined
  /** Why there is no text, or that the limit cut it off. */
  readonly ended?: Ending | undefined
}

interface Choice {
  readonly text?: unknown | undefined
  readonly finish_reason?: unknown | undefined
  readonly error?: unknown | undefined
  readonly message?:
    | {
        readonly content?: unknown | undefined
        readonly refusal?: unknown | undefined
        readonly reasoning_content?: unknown | undefined
        readonly reasoning?: unknown | undefined
      }
    | null
    | undefined
}

/** Where an answer came from, for error messages. */
interface Origin {
  readonly url: string
  readonly apiKey: string | undefined
}

/**
 * Reads the answer of an OpenAI-compatible server: text, or parts of text; a refusal counts as an answer too. Thinking, wherever
 * the server puts it, is dropped, or kept before the answer between `<think>` and `</think>`. Thinking that never ends is no
 * answer.
 *
 * @throws `MALFORMED` for an invalid completion; if it contains an error, the error of that status
 */
export function readCompletion(text: string, origin: Origin, keepThinking: boolean): Completion {
  const choice = choiceOf(text, origin)
  const { message } = choice
  const { said: content, thought: apart } = contentOf(choice.text ?? message?.content, origin)
  const thinking = apart || textOr(message?.reasoning_content) || textOr(message?.reasoning)
  const refusal = textOr(message?.refusal)
  if (choice.finish_reason === 'content_filter') {
    return refusal ? { response: refusal } : { response: undefined, ended: 'withheld' }
  }
  const isCut = choice.finish_reason === 'length'
  const { answer, thought, unfinished } = splitThinking(content ?? '')
  if (unfinished) return { response: undefined, ended: 'cut' }
  if (answer === '') {
    if (refusal) return { response: refusal }
    if (isCut) return { response: undefined, ended: 'cut' }
    // A model may end its answer at once. If it only thinks or calls a tool, it has said nothing.
    return thought || thinking || content === undefined
      ? { response: undefined, ended: 'empty' }
      : { response: '' }
  }
  const kept = thinking ? `<think>\n${thinking}\n</think>\n\n${content}` : (content as string)
  return { response: keepThinking ? kept : answer, ...(isCut && { ended: 'cut' }) }
}

function choiceOf(text: string, { url, apiKey }: Origin): Choice {
  let answer: {
    readonly choices?: readonly (Choice | null)[] | undefined
    readonly error?: unknown | undefined
  } | null
  try {
    answer = strictJson(text) as typeof answer
  } catch (cause) {
    throw malformed(
      url,
      `${/^\s*data:/.test(text) ? 'a stream of events' : 'not JSON'}: ${excerpt(text, 100)}`,
      cause,
    )
  }
  const [choice] = Array.isArray(answer?.choices) ? answer.choices : []
  const error = answer?.error ?? choice?.error
  if (error) {
    const { code } = error as { readonly code?: unknown | undefined }
    const status = typeof code === 'number' && code >= 400 && code < 600 ? code : 500
    throw statusError(status, url, `an error in an answer${said(JSON.stringify({ error }), apiKey)}`)
  }
  if (typeof choice === 'object' && choice !== null) return choice
  throw malformed(url, describeValue(answer, 200))
}

/** The text of an answer's content, and any thinking among its parts. */
function contentOf(
  value: unknown,
  { url }: Origin,
): { readonly said: string | undefined; readonly thought: string } {
  if (value === null || value === undefined) return { said: undefined, thought: '' }
  if (typeof value === 'string') return { said: value, thought: '' }
  if (!Array.isArray(value)) throw malformed(url, `content ${describeValue(value, 100)}`)
  let said = ''
  let thought = ''
  for (const value_ of value) {
    const thinking = thinkingOf(value_)
    const part = thinking === undefined ? partOf(value_) : { text: '' }
    if ('problem' in part) throw malformed(url, `${part.problem} in the content`)
    said += part.text
    thought += thinking ?? ''
  }
  return { said, thought }
}

/** The thinking in a thinking part, such as Mistral's: a text, or parts of text. Undefined for other parts. */
function thinkingOf(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  const { type, ...fields } = part as Readonly<Record<string, unknown>>
  if (typeof type !== 'string' || !/^(redacted_)?(thinking|reasoning)$/.test(type)) return undefined
  const held = fields.thinking ?? fields.reasoning ?? fields.text
  const parts = Array.isArray(held) ? held.map(partOf) : []
  return typeof held === 'string' ? held : parts.map((one) => ('text' in one ? one.text : '')).join('')
}

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '')

const malformed = (url: string, found: string, cause?: unknown) =>
  new PatchError('MALFORMED', {
    expected: `a completion with at least one text choice from ${url}`,
    found,
    remedy: 'Check that the URL is that of an OpenAI-compatible server and that the model answers in text',
    cause,
  })
