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
  /** Contexts that each prompt is placed in, different ones; they come one after the other. Default 1. */
  readonly copies?: number | undefined
}

/**
 * Prompts, or pairs, each in a context that is drawn by its share. What is drawn for a prompt depends on the seed and the
 * prompt alone, not on those beside it.
 *
 * @throws `INVALID_ARGUMENT` for fewer contexts with a share above 0 than copies.
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

/** Takes a context out of those left, by its share. */
function takeByShare(left: PromptContext[], random: Random): PromptContext {
  const total = left.reduce((sum, { share = 1 }) => sum + share, 0)
  let rest = random.uniform() * total
  const found = left.findIndex(({ share = 1 }) => {
    rest -= share
    return rest < 0
  })
  // What rounding leaves over falls to the last.
  return left.splice(found, 1)[0] as PromptContext
}

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

/**
 * The contexts that a tokenizer's chat template can render, for some templates refuse system prompts, and that take at most
 * so many tokens with a short prompt.
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
