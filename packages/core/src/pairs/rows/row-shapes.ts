import { excerpt } from '../../text/printable.ts'
import { kindOf, type NoMessage } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { isConversation, isProblem, messagesOf, promptOf, withoutNulls } from './prompt-schema.ts'

/**
 * The forms of prompt and pair rows: our own, those of TRL's documentation (its page on dataset formats and types), ShareGPT's
 * and Alpaca's. Each is converted to our own, or refused by name.
 */

type Row = Readonly<Record<string, unknown>>

/** A row of a prompts file in our own form, without its answers. */
export function promptRow(value: unknown): Row | NoMessage {
  const row = fieldsOf(value)
  const parts = isProblem(row) ? row : partsOf(row)
  return isProblem(parts) ? parts : withPrompt(row as Row, parts.prompt)
}

/** A row of a pairs file in our own form. */
export function pairRow(value: unknown): Row | NoMessage {
  return answeredRow(value, ({ prompt, chosen, rejected }) => {
    const [own, other] = [answerOf(chosen), rejected === undefined ? undefined : answerOf(rejected)]
    if (isProblem(own)) return { problem: `${own.problem} in chosen` }
    if (isProblem(other)) return { problem: `${other.problem} in rejected` }
    return { prompt, chosen: own, ...(other !== undefined && { rejected: other }) }
  })
}

/** A row of recorded outputs in our own form. */
export function recordedRow(value: unknown): Row | NoMessage {
  return answeredRow(value, ({ prompt, chosen }) => {
    const response = answerOf(chosen)
    return isProblem(response) ? { problem: `${response.problem} in the response` } : { prompt, response }
  })
}

function answeredRow(
  value: unknown,
  answers: (parts: Parts) => { readonly [field: string]: unknown; readonly prompt: unknown } | NoMessage,
): Row | NoMessage {
  const row = fieldsOf(value)
  if (isProblem(row)) return row
  const shape = unusable.find(({ has }) => has(row))
  if (shape) return { problem: `a row of TRL's ${shape.name}, which cannot become a pair` }
  const parts = partsOf(row)
  if (isProblem(parts)) return parts
  if (parts.chosen === undefined) return { problem: noAnswer }
  const given = answers(parts)
  return isProblem(given) ? given : withPrompt({ ...row, ...given }, given.prompt)
}

const noAnswer = "a prompt without chosen, completion or response, as in TRL's prompt-only type"

/** Columns that would change a prompt but are not supported. */
const unread = ['images', 'image', 'videos', 'audio', 'audios', 'tools', 'documents', 'chat_template_kwargs']

function fieldsOf(value: unknown): Row | NoMessage {
  if (typeof value === 'string' || isConversation(value)) return { prompt: value }
  if (Array.isArray(value)) return { problem: 'a list of rows, although each row must have its own line' }
  if (typeof value !== 'object' || value === null) return { problem: kindOf(value) }
  const row = withoutNulls(value) as Row
  const other = unread.find((name) => !isEmpty(row[name]))
  return other === undefined ? row : { problem: `the field ${other}, which is not supported` }
}

const isEmpty = (value: unknown) =>
  value == null || (typeof value === 'object' ? Object.keys(value).length === 0 : value === '')

/** TRL's types with answers but without pairs. */
const unusable: readonly { readonly name: string; readonly has: (row: Row) => boolean }[] = [
  {
    name: 'stepwise supervision (prompt, completions, labels)',
    has: ({ completions, labels }) => completions !== undefined && labels !== undefined,
  },
  {
    name: 'unpaired preference (prompt, completion, label)',
    has: ({ completion, label }) => completion !== undefined && label !== undefined,
  },
]

/** The prompt, and the answers if the row has any. */
interface Parts {
  readonly prompt: unknown
  readonly chosen?: unknown | undefined
  readonly rejected?: unknown | undefined
}

function partsOf(row: Row): Parts | NoMessage {
  const turns = row.messages ?? row.conversations ?? row.conversation
  const prompt = row.prompt ?? instructionOf(row) ?? row.question
  const answer = row.chosen ?? row.completion ?? row.response ?? row.output ?? row.answer
  if (row.chosen !== undefined && row.rejected !== undefined) return pairOf(row, prompt ?? turns)
  if (row.rejected !== undefined) return { problem: 'rejected without chosen' }
  if (prompt !== undefined) return { prompt, chosen: withoutPrompt(answer, prompt) }
  if (turns !== undefined) return lastAnswer(turns)
  if (isConversation(answer)) return lastAnswer(answer)
  if (row.text !== undefined) {
    return { problem: "a row of TRL's standard language modeling (text), which has no prompt" }
  }
  const names = Object.keys(row).slice(0, 8)
  return { problem: `no prompt, but ${names.map((name) => excerpt(name, 20)).join(', ') || 'nothing'}` }
}

/** Alpaca's instruction, with its input if it has one. */
function instructionOf({ instruction, input }: Row): unknown {
  if (typeof instruction !== 'string' || isEmpty(input)) return instruction
  return typeof input === 'string' ? `${instruction}\n\n${input}` : input
}

/** The parts of a preference row. As in TRL, conversational answers contain their prompt unless it is a conversation too. */
function pairOf({ chosen, rejected }: Row, prompt: unknown): Parts | NoMessage {
  const areChats = isConversation(chosen) && isConversation(rejected)
  if (prompt !== undefined && !(areChats && typeof prompt === 'string')) {
    return { prompt, chosen: withoutPrompt(chosen, prompt), rejected: withoutPrompt(rejected, prompt) }
  }
  if (areChats) {
    const [own, other] = [messagesOf(chosen), messagesOf(rejected)]
    if (isProblem(own)) return { problem: `${own.problem} of chosen` }
    if (isProblem(other)) return { problem: `${other.problem} of rejected` }
    const parts = extractPrompt(own, other)
    if (parts.prompt.length > 0) return parts
    if (prompt !== undefined) return { prompt, chosen, rejected }
  } else if (typeof chosen === 'string' && typeof rejected === 'string') {
    const parts = extractPrompt(chosen, rejected)
    if (chosen !== rejected && parts.prompt !== '') return parts
  }
  return { problem: 'no prompt, neither as a field nor as a common beginning of chosen and rejected' }
}

/** Some data sets repeat the prompt in the answers even if it has its own column. */
function withoutPrompt(answer: unknown, prompt: unknown): unknown {
  if (!isConversation(answer) || !isConversation(prompt) || answer.length <= prompt.length) return answer
  const repeats = prompt.every((turn, index) => JSON.stringify(turn) === JSON.stringify(answer[index]))
  return repeats ? answer.slice(prompt.length) : answer
}

/**
 * Splits a conversation into its last answer and everything before it; if it ends with the user's turn, all of it is the prompt.
 */
function lastAnswer(turns: unknown): Parts | NoMessage {
  const messages = isConversation(turns) ? messagesOf(turns) : { problem: kindOf(turns) }
  if (isProblem(messages)) return { problem: `${messages.problem}, although a conversation is expected` }
  if (messages.at(-1)?.role !== 'assistant') return { prompt: messages }
  return { prompt: messages.slice(0, -1), chosen: messages.slice(-1) }
}

/** Fields of an answer that chat templates render besides its content. */
const besides = ['tool_calls', 'function_call', 'reasoning_content', 'reasoning', 'thinking']

/** An answer as text: a single assistant turn, if nothing would be lost. */
function answerOf(value: unknown): string | NoMessage {
  if (typeof value === 'string') return value
  const turns = Array.isArray(value) ? value : [value]
  const messages = isConversation(turns) ? messagesOf(turns) : { problem: kindOf(value) }
  if (isProblem(messages)) return messages
  const [message, ...others] = messages as readonly [ChatMessage, ...ChatMessage[]]
  if (others.length > 0) return { problem: `${messages.length} messages instead of one assistant message` }
  if (message.role !== 'assistant') {
    return { problem: `a message of ${excerpt(message.role, 20)} instead of the assistant` }
  }
  const other = besides.find((name) => !isEmpty(message[name]))
  if (other !== undefined) return { problem: `${other}, which is not supported in an answer,` }
  return message.content as string
}

/** The row with its prompt, which starts with the row's `system` column if it has one. */
function withPrompt(row: Row, value: unknown): Row | NoMessage {
  const prompt = promptOf(value)
  if (isProblem(prompt)) return { problem: `${prompt.problem} in the prompt` }
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  if (messages.at(-1)?.role === 'assistant') {
    return { problem: "a prompt that ends with the assistant's turn, which is not supported" }
  }
  const { system } = row
  if (isEmpty(system) || messages.some(({ role }) => role === 'system')) return { ...row, prompt }
  if (typeof system !== 'string') return { problem: `${kindOf(system)} in system` }
  return { ...row, prompt: [{ role: 'system', content: system }, ...messages] }
}

/** An answer that still contains its prompt. */
export type WholeAnswer = string | readonly ChatMessage[]

/**
 * Splits two answers into their common prompt and the rest, as TRL's `extract_prompt` does (huggingface/trl, trl/data_utils.py):
 * common messages of conversations, or common characters of texts, without a space at the end. If the two are equal, or one is a
 * prefix of the other, the prompt is all but the last message or character of the shorter one.
 */
export function extractPrompt<Answer extends WholeAnswer>(
  chosen: Answer,
  rejected: Answer,
): { readonly prompt: Answer; readonly chosen: Answer; readonly rejected: Answer } {
  const units: readonly (readonly unknown[])[] = [chosen, rejected].map(unitsOf)
  const [a, b] = units as readonly [readonly unknown[], readonly unknown[]]
  const shorter = Math.min(a.length, b.length)
  const differs = a.findIndex((unit, index) => index >= shorter || unit !== b[index])
  let common = differs < 0 || differs >= shorter ? Math.max(0, shorter - 1) : differs
  if (differs >= 0 && differs < shorter && a[differs - 1] === ' ') common--
  const length = typeof chosen === 'string' ? a.slice(0, common).join('').length : common
  return {
    prompt: chosen.slice(0, length) as Answer,
    chosen: chosen.slice(length) as Answer,
    rejected: rejected.slice(length) as Answer,
  }
}

/** The units of comparison: whole characters, not UTF-16 halves, or messages regardless of field order. */
const unitsOf = (answer: WholeAnswer): readonly string[] =>
  typeof answer === 'string'
    ? [...answer]
    : answer.map((message) =>
        JSON.stringify(Object.entries(message).toSorted(([x], [y]) => (x < y ? -1 : 1))),
      )
