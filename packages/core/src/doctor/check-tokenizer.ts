import { PatchError } from '../errors.ts'
import { excerpt } from '../text/printable.ts'
import type { ChatMessage, Tokenizer } from '../tokenize/tokenizer.ts'
import { attempt } from './examine-files.ts'
import { countText } from './figures.ts'

/** What a check found: what is fine, what is worth knowing, and what is wrong. */
export interface Findings {
  readonly well: readonly string[]
  readonly notes: readonly string[]
  readonly problems: readonly PatchError[]
}

/** Texts that should survive encoding and decoding: words, lines, code, other scripts and emoji. */
const texts = [
  'The quick brown fox jumps over the lazy dog.',
  ' leading and trailing ',
  'two\n\nlines\tand a tab',
  'for (let i = 0; i < 10; i++) { sum += 3.14 }',
  'Größe, naïve, coöperate',
  'Привет, мир',
  '你好，世界',
  'a picture 🙂',
]

/** Whether texts come back unchanged, and whether the end-of-sequence id is in the model's vocabulary. */
export function checkTokenizer(tokenizer: Tokenizer, rows: number | undefined): Findings {
  const changed = texts.filter((text) => {
    const ids = tokenizer.encode(text, { addSpecialTokens: false })
    return tokenizer.decode(ids) !== text
  })
  const { vocabSize, bosTokenId, eosTokenIds } = tokenizer
  const named = (id: number) => tokenizer.decode([id], { skipSpecialTokens: false })
  const [eos = -1] = eosTokenIds
  const notes = [
    ...(changed.length > 0
      ? [`${changed.length} of ${texts.length} texts come back changed, such as ${excerpt(changed[0] ?? '')}`]
      : []),
    ...(rows !== undefined && vocabSize > rows
      ? [`${vocabSize - rows} of its ${vocabSize} ids are beyond the model's vocabulary of ${rows}`]
      : []),
  ]
  const well = [
    `${countText(vocabSize)} ids`,
    ...(changed.length === 0 ? [`${texts.length} texts come back unchanged`] : []),
    ...(bosTokenId === undefined ? [] : [`begins with ${named(bosTokenId)}`]),
    `ends with ${eosTokenIds.slice(0, 3).map(named).join(' or ')}`,
  ]
  if (rows === undefined || eos < rows) return { well, notes, problems: [] }
  const beyond = new PatchError('MALFORMED', {
    expected: `an end-of-sequence id below ${rows}, the size of the vocabulary (vocab_size),`,
    found: `${eos}`,
    remedy: 'The configuration and the tokenizer belong to different models; download both again',
  })
  return { well, notes, problems: [beyond] }
}

const question: ChatMessage = { role: 'user', content: 'How do I boil an egg?' }
const answer: ChatMessage = { role: 'assistant', content: 'In water.' }
const system: ChatMessage = { role: 'system', content: 'Answer in one sentence.' }

const conversations: readonly (readonly [what: string, messages: readonly ChatMessage[]])[] = [
  ['without a system message', [question]],
  ['with one', [system, question]],
  ['with earlier turns', [question, answer, question]],
]

/**
 * Whether the chat template renders the kinds of conversation that patches are trained and used on, without losing a message.
 */
export async function checkTemplate(tokenizer: Tokenizer): Promise<Findings> {
  const problems: PatchError[] = []
  const rendered: string[] = []
  for (const [what, messages] of conversations) {
    const text = await attempt(problems, () => tokenizer.renderChat(messages, { addGenerationPrompt: true }))
    if (problems[0]?.code === 'NO_CHAT_TEMPLATE') {
      const notes = ['none: the model continues texts (--format text), and takes no messages']
      return { well: [], notes, problems: [] }
    }
    if (text === undefined) continue
    const lost = messages.find(({ content }) => !text.includes(content as string))
    if (lost) problems.push(lostMessage(what, lost))
    else rendered.push(what)
  }
  return { well: rendered.length > 0 ? [`renders ${rendered.join(', ')}`] : [], notes: [], problems }
}

function lostMessage(what: string, { role, content }: ChatMessage): PatchError {
  return new PatchError('MALFORMED', {
    expected: `the chat template to render each message of a conversation ${what}`,
    found: `that it leaves out the text of the ${role}'s turn, ${excerpt(content as string)}`,
    remedy: "Use the model's original chat template",
  })
}
