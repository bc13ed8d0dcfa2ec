import { createRandom } from '../../random.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { lastText } from '../rows/prompt-format.ts'

export interface OpeningsOptions {
  /** Number of openings, at least 1. */
  readonly count: number
  /** Default 0. */
  readonly seed?: number | undefined
}

/** Maximum number of words in an opening. */
const longest = 3

/**
 * How prompts begin: a random number of their first one to three words, but never all of them. Cycles through the prompts in
 * random order, so that openings occur in proportion to their frequency. Of a conversation, the last turn counts.
 *
 * @returns `count` openings, or none if no prompt has two words
 */
export function openingsOf(
  prompts: readonly PatchPrompt['prompt'][],
  { count, seed = 0 }: OpeningsOptions,
): string[] {
  const random = createRandom(seed)
  const texts = prompts.map(lastText)
  const split = texts.map((text) => text.trim().split(/\s+/u)).filter(({ length }) => length > 1)
  const openings: string[] = []
  while (split.length > 0 && openings.length < count) {
    for (const words of random.shuffle(split)) {
      openings.push(words.slice(0, 1 + random.integer(Math.min(longest, words.length - 1))).join(' '))
    }
  }
  return openings.slice(0, count)
}
