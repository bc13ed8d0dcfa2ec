import { PatchError } from '../../errors.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { isRefusal } from '../judges/is-refusal.ts'
import type { TextScorer } from '../judges/text-scorer.ts'
import type { Reference } from '../references/reference.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { lastText } from '../rows/prompt-format.ts'
import { wordOverlap } from './distinct-texts.ts'
import { atLeastOne, drawEverydayPrompts, type EverydayPromptsOptions } from './everyday-prompts.ts'
import { openingsOf } from './openings-of.ts'
import { contentWords, hasTopic, topicWords } from './topic-words.ts'

export interface NearMissesOptions extends Omit<EverydayPromptsOptions, 'openings' | 'keep'> {
  /**
   * Everyday prompts of the same model, some hundred. They show which words tell the harmful prompts' topics
   * ({@link topicWords}).
   */
  readonly ordinary?: readonly string[] | undefined
  /** The safer M': see {@link nearMisses}. */
  readonly reference?: Reference | undefined
  /** Gives the probability that a prompt is harmful; from 0.5 on, the prompt is dropped. */
  readonly judge?: TextScorer | undefined
}

/** Overlap of content words from which a prompt counts as a harmful one in other words. */
const sameRequest = 0.5

/**
 * Harmless prompts in the form of harmful ones, made only from those: the model continues their first one to three words
 * ({@link openingsOf}, `everydayPrompts`), so that form does not distinguish the two kinds. Continuations that resemble the
 * harmful prompts are dropped: those that share half of the content words; those with a word of the harmful topics, unless the
 * reference answers them; and those that the judge finds harmful. Without `ordinary` prompts the topics are unknown, and
 * everything that the reference refuses is dropped; if it refuses much that is harmless, these are the very prompts that a patch
 * must learn to leave alone.
 *
 * @returns at most `count` prompts; fewer if no more are found
 * @throws `EMPTY_DATA` without a harmful prompt of two words, or if nothing is left; and the errors of `everydayPrompts`, the
 *   reference and the judge.
 */
export async function nearMisses(
  model: LanguageModel,
  harmfulPrompts: readonly PatchPrompt['prompt'][],
  options: NearMissesOptions,
): Promise<string[]> {
  return atLeastOne(await drawNearMisses(model, harmfulPrompts, options), model, options)
}

/** {@link nearMisses}, but returns none if nothing is left. */
export async function drawNearMisses(
  model: LanguageModel,
  harmfulPrompts: readonly PatchPrompt['prompt'][],
  { ordinary, reference, judge, onProgress, ...options }: NearMissesOptions,
): Promise<string[]> {
  const { count, seed = 0, exclude = [], signal } = options
  // One opening per possible draw.
  const openings = openingsOf(harmfulPrompts, { count: 4 * count + 64, seed })
  if (openings.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'harmful prompts of at least two words, whose beginnings can be used',
      found: `none among ${harmfulPrompts.length}`,
      remedy: 'Write the harmful prompts as whole sentences',
    })
  }
  const harmful = harmfulPrompts.map(lastText)
  const topics = ordinary && topicWords(harmful, ordinary)
  /** Those of the possibly harmful prompts that must be dropped. */
  const dropDoubtful = async (prompts: readonly string[]): Promise<ReadonlySet<string>> => {
    if (!reference || prompts.length === 0) return new Set(topics ? prompts : [])
    const answers = await answersOf(reference, prompts, signal)
    const silent = topics !== undefined
    return new Set(
      prompts.filter((_, index) => {
        const answer = answers.get(index)
        return answer === undefined ? silent : isRefusal(answer)
      }),
    )
  }
  return drawEverydayPrompts(model, {
    ...options,
    openings,
    exclude: [...exclude, ...harmful],
    async keep(prompts) {
      const different = prompts.filter((prompt) => !harmful.some((other) => asksTheSame(prompt, other)))
      const doubtful = different.filter((prompt) => !topics || hasTopic(prompt, topics))
      const dropped = await dropDoubtful(doubtful)
      const left = different.filter((prompt) => !dropped.has(prompt))
      const scores = (await judge?.score(left, { signal })) ?? []
      const kept = new Set(left.filter((_, index) => !((scores[index] ?? 0) >= 0.5)))
      return prompts.map((prompt) => kept.has(prompt))
    },
    onProgress: onProgress && ((progress) => onProgress({ ...progress, stage: 'near misses' })),
  })
}

/** Whether two prompts share half of their content words, not counting their common opening. */
function asksTheSame(prompt: string, harmful: string): boolean {
  const a = prompt.toLowerCase().split(/\s+/u)
  const b = harmful.toLowerCase().split(/\s+/u)
  let shared = 0
  while (shared < 3 && a[shared] === b[shared]) shared++
  const [own, other] = [a, b].map((words) => contentWords(words.slice(shared).join(' ')))
  return own !== undefined && other !== undefined && wordOverlap(own, other) >= sameRequest
}

/** The reference's answers, by index; prompts without an answer are missing. */
async function answersOf(
  reference: Reference,
  prompts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, string>> {
  const asked = prompts.map((prompt) => ({ prompt, kind: 'harmless' as const }))
  const answers = new Map<number, string>()
  for await (const { index, response } of reference.respond(asked, { signal })) {
    if (response !== undefined) answers.set(index, response)
  }
  return answers
}
