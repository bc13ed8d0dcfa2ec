import type { Random } from '../../random.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import type { PatchPrompt } from '../preference-pair.ts'
import { toMessages } from '../prompt-format.ts'
import type { PromptContext } from './prompt-context.ts'
import { rewriteText } from './rewrite-text.ts'

/**
 * A prompt, or a row that has one, as it is said in a context. A text becomes a conversation; one that is a conversation
 * already keeps its own system prompt, and has the context's earlier turns before its own. What the prompt was is kept as
 * `bare`; in a context that changes nothing the prompt stays as it is.
 *
 * @param random of typing errors
 */
export function inContext<Row extends PatchPrompt>(
  row: Row,
  context: PromptContext,
  random: Random,
): Row & { readonly context: string } {
  const { name, before = [], opening, closing, rewrite } = context
  const placed = { ...row, context: name }
  if (before.length === 0 && opening === undefined && closing === undefined && rewrite === undefined) {
    return placed
  }
  const own = toMessages(row.prompt)
  const isSystem = ({ role }: ChatMessage) => role === 'system'
  const system = own.some(isSystem) ? own.filter(isSystem) : before.filter(isSystem)
  const earlier = before.filter((message) => !isSystem(message))
  const turns = own.filter((message) => !isSystem(message))
  const last = turns.at(-1)
  const said = last?.role === 'user' ? [{ ...last, content: say(contentText(last), context, random) }] : []
  const prompt = [...system, ...earlier, ...turns.slice(0, turns.length - said.length), ...said]
  return { ...placed, prompt, bare: row.bare ?? row.prompt }
}

/** A request as the user words it in a context. */
function say(request: string, { opening, closing, rewrite }: PromptContext, random: Random): string {
  let text = request
  if (opening !== undefined) text = `${opening}${/\s$/u.test(opening) ? '' : ' '}${text}`
  if (closing !== undefined) {
    // A request without a full stop would run into the sentence that follows.
    const stop = /[\p{L}\p{N}]$/u.test(text) && /^\p{Lu}/u.test(closing) ? '.' : ''
    text = `${text}${stop}${/^\s/u.test(closing) ? '' : ' '}${closing}`
  }
  return rewrite === undefined ? text : rewriteText(text, rewrite, random)
}
