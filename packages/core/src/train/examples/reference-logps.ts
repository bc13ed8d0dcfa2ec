import { PatchError } from '../../errors.ts'
import type { LanguageModel, Prefix } from '../../model/language-model/language-model.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import type { DpoExample } from './example.ts'
import { type PairScore, pairLogps, type TokenPair } from './pair-logps.ts'
import type { TokenizedPair } from './tokenize-pairs.ts'

/**
 * r of the DPO loss: the prefix at the end of SFT, the reference M' itself (needs its log-probabilities), or the base model
 * without a prefix.
 */
export type DpoReference = 'post-sft' | 'reference' | 'base'

export interface ReferenceLogpsOptions {
  readonly model: LanguageModel
  /** Which r. */
  readonly dpoReference: DpoReference
  /** The prefix after SFT. */
  readonly prefix: Prefix
  readonly reference: Reference | undefined
  readonly format: PromptFormat
  readonly onProgress?: ((done: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Adds log r(y⁺ | x) and log r(y⁻ | x) to pairs: computed once, here, instead of in every step. */
export async function addReferenceLogps(
  pairs: readonly PreferencePair[],
  tokenized: readonly TokenizedPair[],
  options: ReferenceLogpsOptions,
): Promise<DpoExample[]> {
  const { model, dpoReference, prefix, reference } = options
  const complete = tokenized.map((pair) => ({ ...pair, rejected: pair.rejected as readonly number[] }))
  const scores =
    dpoReference === 'reference'
      ? await scoreByReference(reference, pairs, complete, options.format)
      : await pairLogps(model, complete, dpoReference === 'base' ? undefined : prefix, options)
  return complete.map((pair, i) => {
    const { chosen, rejected } = scores[i] as PairScore
    return { ...pair, referenceChosen: chosen, referenceRejected: rejected }
  })
}

/** The reference's way of scoring. Throws `INVALID_ARGUMENT` if it has none. */
export function scoreTotalsOf(reference: Reference | undefined): NonNullable<Reference['scoreTotals']> {
  if (reference?.scoreTotals) return reference.scoreTotals
  throw new PatchError('INVALID_ARGUMENT', {
    expected: "a reference with log-probabilities, for the DPO reference `reference` (M' itself)",
    found: reference ? `${reference.name}, which gives only outputs` : 'none',
    remedy:
      'Use modelReference or systemPromptReference with the same tokenizer, or the DPO reference `post-sft`',
  })
}

async function scoreByReference(
  reference: Reference | undefined,
  pairs: readonly PreferencePair[],
  tokenized: readonly TokenPair[],
  format: PromptFormat,
): Promise<PairScore[]> {
  const scoreTotals = scoreTotalsOf(reference)
  const requests = tokenized.flatMap(({ chosen, rejected }, i) => {
    const prompt = formatPrompt((pairs[i] as PreferencePair).prompt, format)
    return [
      { prompt, response: chosen },
      { prompt, response: rejected },
    ]
  })
  const sums = await scoreTotals(requests)
  return tokenized.map((_, i) => ({ chosen: sums[2 * i] as number, rejected: sums[2 * i + 1] as number }))
}
