import { PatchError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage, Tokenizer } from '../../tokenize/tokenizer.ts'
import { type PatchPrompt, promptSeed } from '../rows/preference-pair.ts'
import { toMessages } from '../rows/prompt-format.ts'
import type { PromptContext } from './prompt-context.ts'
import { rewriteText } from './rewrite-text.ts'

export interface PlaceInContextsOptions {
  /** Default 0. */
  readonly seed?: number | undefined
  /** Number of different contexts that each prompt is placed in; the copies are consecutive. Default 1. */
  readonly copies?: number | undefined
}

/**
 * Places prompts, or pairs, in contexts drawn by share. What is drawn for a prompt depends only on the seed and the prompt, not
 * on the other prompts.
 *
 * @throws `INVALID_ARGUMENT` if fewer contexts than copies have a share above 0.
 */
export function placeInContexts<Row extends PatchPrompt>(
  rows: readonly Row[],
  contexts: readonly PromptContext[],
  { seed = 0, copies = 1 }: PlaceInContextsOptions = {},
): (Row & { readonly context: string })[] {
  const usable = contexts.filter(({ share = 1 }) => share > 0)
  if (!(Number.isInteger(copies) && copies >= 1 && copies <= usable.length)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `between 1 copy and as many copies as there are contexts with a share above 0`,
      found: `${copies} copies and ${usable.length} such contexts`,
      remedy: 'Add contexts or make fewer copies',
    })
  }
  return rows.flatMap((row) => {
    const random = createRandom(promptSeed(seed, row.prompt))
    const left = [...usable]
    return Array.from({ length: copies }, () => inContext(row, takeByShare(left, random), random))
  })
}

/** Removes and returns one of the remaining contexts, drawn by share. */
function takeByShare(left: PromptContext[], random: Random): PromptContext {
  const total = left.reduce((sum, { share = 1 }) => sum + share, 0)
  let rest = random.uniform() * total
  const found = left.findIndex(({ share = 1 }) => {
    rest -= share
    return rest < 0
  })
  // If rounding leaves a remainder, the last one is taken.
  return left.splice(found, 1)[0] as PromptContext
}

/**
 * Places a prompt, or a row with one, in a context. A text becomes a conversation. A prompt that is already one keeps its own
 * system prompt, and the context's earlier turns come before its own. The original prompt is kept as `bare`; a context that
 * changes nothing leaves the prompt as it is.
 *
 * @param random for typing errors
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

/** A request worded as the context says. */
function say(request: string, { opening, closing, rewrite }: PromptContext, random: Random): string {
  let text = request
  if (opening !== undefined) text = `${opening}${/\s$/u.test(opening) ? '' : ' '}${text}`
  if (closing !== undefined) {
    // Without a full stop, the request would run into the next sentence.
    const stop = /[\p{L}\p{N}]$/u.test(text) && /^\p{Lu}/u.test(closing) ? '.' : ''
    text = `${text}${stop}${/^\s/u.test(closing) ? '' : ' '}${closing}`
  }
  return rewrite === undefined ? text : rewriteText(text, rewrite, random)
}

/**
 * The contexts that a tokenizer's chat template can render (some templates refuse system prompts) and that take at most `most`
 * tokens with a short prompt.
 *
 * @throws `NO_CHAT_TEMPLATE`
 */
export function fittingContexts(
  tokenizer: Tokenizer,
  contexts: readonly PromptContext[],
  most = Number.POSITIVE_INFINITY,
): readonly PromptContext[] {
  return contexts.filter((context) => {
    const { prompt } = inContext({ prompt: 'Hello', kind: 'harmless' }, context, createRandom(0))
    try {
      const text = tokenizer.renderChat(toMessages(prompt), { addGenerationPrompt: true })
      return tokenizer.encode(text, { addSpecialTokens: false }).length <= most
    } catch (error) {
      if (error instanceof PatchError && error.code === 'INVALID_ARGUMENT') return false
      throw error
    }
  })
}
