/** Marks around a model's thinking, for servers that do not remove it from the answer. */
const marks: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  // Seed-OSS.
  ['<seed:think>', '</seed:think>'],
  // Magistral.
  ['[THINK]', '[/THINK]'],
  // Kimi.
  ['◁think▷', '◁/think▷'],
  // Command A Reasoning.
  ['<|START_THINKING|>', '<|END_THINKING|>'],
  // Gemma.
  ['<|channel>thought', '<channel|>'],
  // gpt-oss.
  ['<|channel|>analysis<|message|>', '<|channel|>final<|message|>'],
]

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const anyMark = new RegExp(marks.flat().map(literal).join('|'), 'gi')
const closing = new Map(marks.map(([open, close]) => [open.toLowerCase(), close.toLowerCase()]))

export interface SplitAnswer {
  /** The text outside thinking; trimmed if there was any thinking. */
  readonly answer: string
  /** Whether there was thinking. */
  readonly thought: boolean
  /** Whether the thinking never ended, so that no answer follows it. */
  readonly unfinished: boolean
}

/**
 * Removes the thinking from a model's answer. Some chat templates open it in the prompt: then everything before the first closing
 * mark is thinking.
 */
export function splitThinking(text: string): SplitAnswer {
  let answer = ''
  let from = 0
  let end: string | undefined
  let thought = false
  for (const { 0: found, index } of text.matchAll(anyMark)) {
    const mark = found.toLowerCase()
    if (end === undefined && closing.has(mark)) {
      answer += text.slice(from, index)
      end = closing.get(mark)
    } else if (mark === end) {
      end = undefined
      from = index + found.length
    } else if (end === undefined) {
      // It was opened in the prompt.
      answer = ''
      from = index + found.length
    }
    thought = true
  }
  if (!thought) return { answer: text, thought, unfinished: false }
  if (end === undefined) answer += text.slice(from)
  return { answer: answer.trim(), thought, unfinished: end !== undefined }
}
