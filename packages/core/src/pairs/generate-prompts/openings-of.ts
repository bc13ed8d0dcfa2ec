import { createRandom } from '../../random.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { lastText } from '../rows/prompt-format.ts'

export interface OpeningsOptions {
  /** Openings wanted, at least 1. */
  readonly count: number
  /** Default 0. */
  readonly seed?: number | undefined
}

/** Most words of an opening. */
const longest = 3

/**
 * How prompts begin: the first one to three words of each, as many as a draw says but never all of them. The prompts are
 * gone through in random order as often as it takes, so common openings come as often as they are common. Of a
 * conversation its last turn counts.
 *
 * @returns `count` openings, or none where no prompt has two words
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
