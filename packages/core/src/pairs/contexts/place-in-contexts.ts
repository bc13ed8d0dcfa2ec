import { PatchError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import type { PatchPrompt } from '../preference-pair.ts'
import { promptSeed } from '../prompt-seed.ts'
import { inContext } from './in-context.ts'
import type { PromptContext } from './prompt-context.ts'

export interface PlaceInContextsOptions {
  /** Default 0. */
  readonly seed?: number
  /** Contexts that each prompt is placed in, different ones; they come one after the other. Default 1. */
  readonly copies?: number
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
