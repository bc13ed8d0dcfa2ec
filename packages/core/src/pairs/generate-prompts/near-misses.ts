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
   * Everyday prompts of the same model, some hundred: by them it is known which words tell what the harmful prompts are
   * about ({@link topicWords}).
   */
  readonly ordinary?: readonly string[] | undefined
  /** The safer M': see {@link nearMisses}. */
  readonly reference?: Reference | undefined
  /** Gives the probability that a prompt is harmful; from 0.5 on it is dropped. */
  readonly judge?: TextScorer | undefined
}

/** Overlap of the words that tell what is asked for, from which on a prompt counts as a harmful one in other words. */
const sameRequest = 0.5

/**
 * Harmless prompts in the form of harmful ones, from nothing but those: the model goes on from their first one to three
 * words ({@link openingsOf}, `everydayPrompts`). So what tells the two kinds apart is not their form. What goes on as
 * the harmful prompt did is dropped: where half of the words that tell what is asked for are the same; where there is a
 * word of the harmful prompts' topics, unless the reference answers; and by a judge of prompts. Without `ordinary` prompts
 * the topics are not known, and all that the reference refuses is dropped: with a reference that refuses much that is
 * harmless, these are the very prompts that a patch must learn to leave alone.
 *
 * @returns at most `count` prompts: fewer where no more are found
 * @throws `EMPTY_DATA` without a harmful prompt of two words, or where nothing is left; and the errors of `everydayPrompts`,
 *   the reference and the judge.
 */
export async function nearMisses(
  model: LanguageModel,
  harmfulPrompts: readonly PatchPrompt['prompt'][],
  options: NearMissesOptions,
): Promise<string[]> {
  return atLeastOne(await drawNearMisses(model, harmfulPrompts, options), model, options)
}

/** {@link nearMisses}, but none where nothing is left. */
export async function drawNearMisses(
  model: LanguageModel,
  harmfulPrompts: readonly PatchPrompt['prompt'][],
  { ordinary, reference, judge, onProgress, ...options }: NearMissesOptions,
): Promise<string[]> {
  const { count, seed = 0, exclude = [], signal } = options
  // As many as there can be draws, so that each has an opening of its own.
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
  /** Of prompts that may be harmful, those that are taken for it. */
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

/** Whether two prompts have half of the words in common that tell what they ask for, their common opening left out. */
function asksTheSame(prompt: string, harmful: string): boolean {
  const a = prompt.toLowerCase().split(/\s+/u)
  const b = harmful.toLowerCase().split(/\s+/u)
  let shared = 0
  while (shared < 3 && a[shared] === b[shared]) shared++
  const [own, other] = [a, b].map((words) => contentWords(words.slice(shared).join(' ')))
  return own !== undefined && other !== undefined && wordOverlap(own, other) >= sameRequest
}

/** What the reference answers, by index; nothing where it has no answer. */
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
