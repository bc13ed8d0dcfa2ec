import { programScope } from '../../model/decoder/program-scope.ts'
import type { LanguageModel, Prefix, Score } from '../../model/language-model/language-model.ts'
import { createProgramCache } from '../../model/language-model/program-cache.ts'
import { ownTokens } from '../../model/score/readouts.ts'
import { type ScoringOptions, scoreExamples } from '../../model/score/score.ts'
import { trainingPrecision } from '../trainer/training-precision.ts'

/** A pair whose responses are to be scored. */
export interface TokenPair {
  readonly prompt: readonly number[]
  readonly chosen: readonly number[]
  readonly rejected: readonly number[]
}

/** Σ log π(y | x) in nats. */
export interface PairScore {
  readonly chosen: number
  readonly rejected: number
}

/** Pairs per run. */
const BATCH = 16

/**
 * log π(y⁺ | x) and log π(y⁻ | x) of pairs under a prefix (or none), with both responses in one row after their prompt, as in a
 * DPO step, and in its precision.
 */
export async function pairLogps(
  model: LanguageModel,
  pairs: readonly TokenPair[],
  prefix: Prefix | undefined,
  { onProgress, signal }: Pick<ScoringOptions, 'onProgress' | 'signal'> = {},
): Promise<PairScore[]> {
  const { architecture, config, weights, backend } = model
  const precision = await trainingPrecision(model)
  const programs = createProgramCache(backend, { capacity: 4, scope: programScope(model) })
  const examples = pairs.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }))
  try {
    const scores = await scoreExamples(
      { architecture, config, weights, precision, programs },
      examples,
      prefix,
      ownTokens,
      { batchSize: BATCH, sharedStep: 1, onProgress, signal },
    )
    return scores.map(([chosen, rejected]) => ({ chosen: totalOf(chosen), rejected: totalOf(rejected) }))
  } finally {
    await programs.dispose()
  }
}

const totalOf = (score: Score | undefined): number =>
  (score as Score).logProbabilities.reduce((sum, logp) => sum + logp, 0)
