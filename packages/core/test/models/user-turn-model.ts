import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { ChatMessage, Prompt, Tokenizer } from '../../src/tokenize/tokenizer.ts'
import { scriptedModel } from './scripted-model.ts'

/** The chat template's markers, one token each. Every other token is a character. */
const markers = ['<s>', '[system]', '[user]', '[assistant]']
const firstMarker = 0x110000

const encode = (text: string): number[] =>
  (text.match(/<s>|\[system\]|\[user\]|\[assistant\]|./gsu) ?? []).map((piece) =>
    markers.includes(piece) ? firstMarker + markers.indexOf(piece) : (piece.codePointAt(0) as number),
  )

/** A tokenizer whose template has its own system prompt and ends a user's turn with the text `[end]`. */
export const characterTokenizer: Pick<
  Tokenizer,
  'bosTokenId' | 'encode' | 'decode' | 'renderChat' | 'eosTokenIds'
> = {
  bosTokenId: firstMarker,
  eosTokenIds: [0],
  encode: (text, { addSpecialTokens = true } = {}) => [
    ...(addSpecialTokens ? [firstMarker] : []),
    ...encode(text),
  ],
  decode: (ids, { skipSpecialTokens = true } = {}) =>
    ids
      .map((id) =>
        id < firstMarker ? String.fromCodePoint(id) : skipSpecialTokens ? '' : markers[id - firstMarker],
      )
      .join(''),
  renderChat(messages, { addGenerationPrompt = false } = {}) {
    const system = messages[0]?.role === 'system' ? [] : [{ role: 'system', content: 'be kind' }]
    const turn = ({ role, content }: ChatMessage) => `[${role}]${content}${role === 'user' ? '[end]\n' : ''}`
    const opened = addGenerationPrompt ? '[assistant]' : ''
    return `<s>${[...system, ...messages].map(turn).join('')}${opened}`
  },
}

/**
 * A scripted model with that tokenizer. It returns a function's result for the prompt, as ids and as text. Its `asked` records
 * each prompt with the start token that the tokenizer adds.
 */
export function userTurnModel(
  answer: (prompt: Prompt, draw: () => number) => string,
  finishReason: 'stop' | 'length' = 'stop',
): LanguageModel & { readonly asked: string[] } {
  const scripted = scriptedModel('writer', answer)
  const tokenizer = characterTokenizer as Tokenizer
  const asked: string[] = []
  return {
    ...scripted,
    asked,
    tokenizer,
    config: { maxPositions: 2 ** 20 } as LanguageModel['config'],
    async *generateBatch(requests, options) {
      for (const request of requests) {
        const prompt = typeof request === 'object' && 'prompt' in request ? request.prompt : request
        if (typeof prompt !== 'string') continue
        asked.push(tokenizer.decode(tokenizer.encode(prompt), { skipSpecialTokens: false }))
      }
      for await (const generation of scripted.generateBatch(requests, options)) {
        const tokens = tokenizer.encode(generation.text, { addSpecialTokens: false })
        yield { ...generation, tokens, finishReason }
      }
    },
  }
}
