import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { Place } from '../../storage/place.ts'
import type { Estimate } from '../statistics/bootstrap.ts'
import { type Rate, wilsonInterval } from '../statistics/wilson-interval.ts'
import { klToReference } from './kl-to-reference.ts'

/** Tokens of an answer over which a patched model is compared with its base. */
export const DIVERGENCE_TOKENS = 32

/** How far a patched model is from its base model on prompts where they should be the same. */
export interface Divergence {
  /** Maximum number of tokens compared per answer. */
  readonly tokens: number
  /** Share of prompts whose greedy answer is the base's, token for token. */
  readonly identical: Rate
  /**
   * KL(base ‖ patched) in nats per token along the base's own greedy answer, over its 32 most probable tokens and one bucket
   * for the rest: the mean over an answer's tokens, averaged over prompts, with its 95% bootstrap interval over prompts.
   */
  readonly kl: Estimate
}

export interface DivergenceOptions {
  readonly base: LanguageModel
  readonly patched: LanguageModel
  readonly prompts: readonly PatchPrompt[]
  /** Greedy answers to the prompts, in their order. */
  readonly answers: { readonly base: readonly string[]; readonly patched: readonly string[] }
  /** Maximum number of tokens of the answers. */
  readonly maxTokens: number
  readonly format: PromptFormat
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Compares a patched model with its base on prompts that the patch should leave alone.
 *
 * @throws `EMPTY_DATA` without prompts; and the errors of {@link klToReference}
 */
export async function divergence(options: DivergenceOptions): Promise<Divergence> {
  const { base, patched, prompts, answers, format, path, onProgress, signal } = options
  const tokens = Math.min(DIVERGENCE_TOKENS, options.maxTokens)
  const [kl] = await klToReference({
    subject: { name: 'patched', model: patched },
    reference: saying(
      prompts,
      answers.base,
      modelReference({ model: base, format, maxTokens: options.maxTokens }),
    ),
    prompts,
    domain: 'divergence',
    data: 'everyday prompts',
    format,
    maxTokens: tokens,
    ...{ path, onProgress, signal },
  })
  const { value, low, high, n } = kl as Estimate
  const opening = (text: string) =>
    base.tokenizer.encode(text, { addSpecialTokens: false }).slice(0, tokens).join(' ')
  const same = prompts.filter(
    (_, index) => opening(answers.base[index] as string) === opening(answers.patched[index] as string),
  )
  return { tokens, identical: wilsonInterval(same.length, prompts.length), kl: { value, low, high, n } }
}

/** A reference with answers at hand, so that it generates none. */
function saying(
  prompts: readonly PatchPrompt[],
  answers: readonly string[],
  reference: Reference,
): Reference {
  const key = ({ prompt }: PatchPrompt) => JSON.stringify(prompt)
  const held = new Map(prompts.map((prompt, index) => [key(prompt), answers[index]]))
  return {
    ...reference,
    async *respond(asked) {
      for (const [index, prompt] of asked.entries()) yield { index, response: held.get(key(prompt)) }
    },
  }
}
