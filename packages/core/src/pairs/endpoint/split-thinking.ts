/** How models mark their thinking, where the server does not take it out of the answer. */
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
  /** What is said besides thinking, without the space around it where there was any. */
  readonly answer: string
  /** Whether there was thinking. */
  readonly thought: boolean
  /** Whether it was still going on at the end: then there is no answer after it. */
  readonly unfinished: boolean
}

/**
 * Takes the thinking out of a model's answer. Some chat templates open it in the prompt: then all before the first mark that
 * ends it is thinking.
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
      // Nothing opened it.
      answer = ''
      from = index + found.length
    }
    thought = true
  }
  if (!thought) return { answer: text, thought, unfinished: false }
  if (end === undefined) answer += text.slice(from)
  return { answer: answer.trim(), thought, unfinished: end !== undefined }
}
