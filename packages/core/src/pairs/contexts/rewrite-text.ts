import type { Random } from '../../random.ts'
import type { PromptRewrite } from './prompt-context.ts'

/** Share of words with typing errors, among those of four or more letters. At least one word has one. */
const errorRate = 0.12

/** Keyboard rows, for slips to the key beside the right one. */
const keyboard = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/** Rewrites a text as people type it: in lower case, with random typing errors, or without punctuation. */
export function rewriteText(text: string, rewrite: PromptRewrite, random: Random): string {
  switch (rewrite) {
    case 'lower-case':
      return text.toLowerCase()
    case 'no-punctuation':
      // Punctuation inside a word or number belongs to it.
      return text.replace(/(?<![\p{L}\p{N}])\p{P}+|\p{P}+(?![\p{L}\p{N}])/gu, '')
    case 'typing-errors':
      return withTypingErrors(text, random)
  }
}

function withTypingErrors(text: string, random: Random): string {
  const words = [...text.matchAll(/\p{L}{4,}/gu)]
  if (words.length === 0) return text
  const wrong = new Set([random.integer(words.length)])
  for (const index of words.keys()) if (random.uniform() < errorRate) wrong.add(index)
  let index = 0
  return text.replace(/\p{L}{4,}/gu, (word) => (wrong.has(index++) ? misspell(word, random) : word))
}

function misspell(word: string, random: Random): string {
  const at = 1 + random.integer(word.length - 2)
  const [before, here, next, after] = [
    word.slice(0, at),
    word.charAt(at),
    word.charAt(at + 1),
    word.slice(at + 2),
  ]
  switch (random.integer(4)) {
    case 0:
      // Swapping two identical letters would change nothing.
      return here === next ? before + next + after : before + next + here + after
    case 1:
      return before + next + after
    case 2:
      return before + here + here + next + after
    default:
      return before + keyBeside(here, random) + next + after
  }
}

function keyBeside(letter: string, random: Random): string {
  const row = keyboard.find((keys) => keys.includes(letter)) ?? ''
  const at = row.indexOf(letter)
  const neighbours = [row[at - 1], row[at + 1]].filter((key) => key !== undefined)
  return neighbours[random.integer(neighbours.length)] ?? letter + letter
}
