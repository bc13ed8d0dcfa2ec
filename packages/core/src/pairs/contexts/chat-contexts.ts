import { PatchError, throwIfAborted } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { createRandom } from '../../random.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { isDegenerate } from '../judges/is-degenerate.ts'
import { isRefusal } from '../judges/is-refusal.ts'
import type { StageProgress } from '../responses/collect-responses.ts'
import type { PromptContext } from './prompt-context.ts'

export interface ChatContextsOptions {
  /** Number of contexts, at least 1. */
  readonly count: number
  /** Maximum number of exchanges before the prompt; each context has at least 1. Default 3. */
  readonly turns?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  /**
   * Total share of all contexts. A chat's share grows with its number of exchanges: a policy is harder to hold late in a chat.
   * Default 1.
   */
  readonly share?: number | undefined
  /** System prompts; every second chat gets a random one. Default none. */
  readonly systemPrompts?: readonly string[] | undefined
  /** Maximum number of tokens of an answer. A longer one is cut after its last whole sentence, if it has one. Default 48. */
  readonly maxTokens?: number | undefined
  /** Number of answers generated together. Default 32. */
  readonly batchSize?: number | undefined
  /** Stage `chats`, counted in completed contexts. */
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Names for the turn that a prompt is after so many exchanges: second after one. */
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth']

/**
 * Earlier turns to place before prompts: things a user might say, each with the model's own greedy answer. Contexts are named
 * `second-turn`, `third-turn` and so on, after the position of the prompt. Exchanges in which the model refuses or loops are left
 * out.
 *
 * @param prompts what the user says in them, such as {@link everydayPrompts}; drawn without repeats if there are enough
 * @returns at most `count` contexts
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT`; `ABORTED`; and the errors of the model.
 */
export async function chatContexts(
  model: LanguageModel,
  prompts: readonly string[],
  options: ChatContextsOptions,
): Promise<PromptContext[]> {
  const { count, turns = 3, seed = 0, share = 1, systemPrompts = [], onProgress, signal } = options
  checkOptions(prompts, count, turns)
  const random = createRandom(seed)
  let stock: string[] = []
  const nextPrompt = (): string => {
    if (stock.length === 0) stock = random.shuffle(prompts)
    return stock.pop() as string
  }
  const chats = Array.from({ length: count }, (_, index) => {
    const content = systemPrompts[random.integer(systemPrompts.length)]
    const system = index % 2 === 0 || content === undefined ? [] : [{ role: 'system', content }]
    const said = Array.from({ length: 1 + random.integer(turns) }, nextPrompt)
    return { messages: [...system] as ChatMessage[], said }
  })
  for (let turn = 0; turn < turns; turn++) {
    throwIfAborted(signal, 'making chats')
    const done = chats.filter(({ said }) => said.length <= turn).length
    onProgress?.({ stage: 'chats', done, total: count })
    const open = chats.filter(({ said }) => said.length > turn)
    const asked = open.map(({ messages, said }) => [
      ...messages,
      { role: 'user', content: said[turn] as string },
    ])
    for (const [index, answer] of await answersTo(model, asked, options)) {
      if (isRefusal(answer) || isDegenerate(answer)) continue
      const user = asked[index]?.at(-1) as ChatMessage
      open[index]?.messages.push(user, { role: 'assistant', content: answer })
    }
  }
  onProgress?.({ stage: 'chats', done: count, total: count })
  const kept = chats.flatMap(({ messages }) => {
    const exchanges = Math.floor(messages.length / 2)
    return exchanges === 0 ? [] : { exchanges, messages }
  })
  const all = kept.reduce((sum, { exchanges }) => sum + exchanges, 0)
  return kept.map(({ exchanges, messages }) => ({
    name: `${ordinals[exchanges] ?? 'later'}-turn`,
    share: (share * exchanges) / all,
    before: messages,
  }))
}

/** The model's greedy answers by question index; truncated ones end with a sentence. */
async function answersTo(
  model: LanguageModel,
  asked: readonly (readonly ChatMessage[])[],
  { maxTokens = 48, batchSize = 32, signal }: ChatContextsOptions,
): Promise<ReadonlyMap<number, string>> {
  const answers = new Map<number, string>()
  const settings = { maxTokens, batchSize, signal }
  for await (const { index, text, finishReason } of model.generateBatch(asked, settings)) {
    const whole = finishReason === 'length' ? (/^.*[.!?](?=\s)/su.exec(text)?.[0] ?? text) : text
    answers.set(index, whole.trim())
  }
  return answers
}

function checkOptions(prompts: readonly string[], count: number, turns: number): void {
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'prompts to make chats from',
      found: 'none',
      remedy: 'Pass some, such as those of everydayPrompts',
    })
  }
  const most = ordinals.length - 1
  if (Number.isInteger(count) && count > 0 && Number.isInteger(turns) && turns > 0 && turns <= most) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a count of at least 1, and 1 to ${most} turns`,
    found: `count ${count}, turns ${turns}`,
    remedy: 'Correct these options',
  })
}
