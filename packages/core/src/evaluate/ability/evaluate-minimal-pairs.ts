import * as z from 'zod/mini'
import type { Measurement } from '../statistics/measurement.ts'
import { type AbilityOptions, accuracyMeasurement } from './ability-measure.ts'
import { scoreItems, startPrompt } from './score-items.ts'

export interface EvaluateMinimalPairsOptions extends AbilityOptions {
  readonly pairs: readonly MinimalPair[]
}

/**
 * How often the good sentence of a minimal pair is more probable as a whole than the bad one, log π(good) > log π(bad)
 * (Warstadt et al. 2020, "BLiMP"): over all pairs, then for each field. Each sentence stands alone after the start
 * token, with neither an instruction nor a chat template, and a tie is wrong.
 *
 * @throws as {@link scoreItems}
 */
export async function evaluateMinimalPairs(options: EvaluateMinimalPairsOptions): Promise<Measurement[]> {
  const { model, pairs, data = 'minimal pairs' } = options
  const { tokenizer } = model
  const prompt = startPrompt(tokenizer)
  const sums = await scoreItems(
    pairs,
    ({ good, bad }) =>
      [good, bad].map((sentence) => ({
        prompt,
        response: tokenizer.encode(sentence, { addSpecialTokens: false }),
      })),
    { ...options, measure: 'minimal-pairs' },
  )
  const right = sums.map(([good, bad]) => (good as number) > (bad as number))
  const figure = (where: string, indices: readonly number[]) =>
    accuracyMeasurement(
      { metric: 'minimal-pair accuracy', judge: 'likelihood', data: where },
      indices.map((index) => right[index] as boolean),
      options,
    )
  const all = [...pairs.keys()]
  const fields = [...new Set(pairs.map(({ field }) => field))].sort()
  return [
    figure(data, all),
    ...fields.map((field) =>
      figure(
        `${data}: ${field}`,
        all.filter((index) => pairs[index]?.field === field),
      ),
    ),
  ]
}

/** A grammatical sentence, and one that differs little and is ungrammatical (BLiMP's form). */
export interface MinimalPair {
  readonly good: string
  readonly bad: string
  /** The rule that the bad one breaks. */
  readonly phenomenon: string
  /** The field that the rule belongs to, such as `syntax`. */
  readonly field: string
}

const sentence = z.string().check(z.minLength(1))

/** A row of a file of minimal pairs. */
export const minimalPairSchema: z.ZodMiniType<MinimalPair> = z.object({
  good: sentence,
  bad: sentence,
  phenomenon: z.string(),
  field: z.string(),
})
