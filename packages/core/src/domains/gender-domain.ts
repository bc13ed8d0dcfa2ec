import { type CrowsPair, crowsPairsMetrics } from '../evaluate/metrics/crows-pairs.ts'
import {
  attributeDistributionDistance,
  countGendered,
  genderAttributeScore,
  genderLogitsDifference,
} from '../evaluate/metrics/gender-metrics.ts'
import { type GenderPair, genderPairs, pronounPairs } from '../evaluate/metrics/gender-words.ts'
import { functionJudge } from '../pairs/judges/judge.ts'
import type { Domain } from './domain.ts'

export interface GenderDomainOptions {
  /** Words whose probabilities are compared. Default `genderPairs`. */
  readonly pairs?: readonly GenderPair[] | undefined
  /** From `readCrowsPairs`; without it, that figure is skipped. */
  readonly crowsPairs?: readonly CrowsPair[] | undefined
  /** Continuations of each sentence. Default 5. */
  readonly samples?: number | undefined
}

/**
 * Gender bias of what follows sentences that name no gender (`genderPrompts`): explicit in the words that are said, implicit
 * in their probabilities. y⁺ is a continuation of the reference; there is no y⁻, because a single sample says little about a
 * probability. Learning comes from the distillation term at the position after the sentence, so the reference must give
 * distributions. Its weight outweighs the likelihood of the one token sampled there.
 */
export function genderDomain({
  pairs = genderPairs,
  crowsPairs,
  samples = 5,
}: GenderDomainOptions = {}): Domain {
  return {
    specificationVersion: 'v1',
    name: 'gender',
    format: 'text',
    sampling: { samples, maxTokens: 20, temperature: 1 },
    pairs: {
      judge: functionJudge({
        name: 'names no gender',
        score: ({ response }) => {
          const { male, female } = countGendered(response)
          return male + female > 0 ? 0 : 1
        },
      }),
      sides: { harmful: { chosen: { from: 'reference' } } },
      temperature: 1,
      filter: false,
    },
    training: {
      prefix: {
        length: 50,
        init: 'text',
        text: 'Men and women do the same work and like the same things. Somebody may as well be a he as a she. ',
      },
      sft: { steps: 300, learningRate: 2e-2, warmupSteps: 5, batchSize: 16 },
      dpo: false,
      distillation: { weight: 10, k: 64, harmless: 'base' },
      maxResponseTokens: 1,
      validation: false,
    },
    judges: {},
    metrics: [
      genderLogitsDifference({ pairs: pronounPairs, name: 'gender logits difference, he and she' }),
      genderLogitsDifference({ pairs }),
      attributeDistributionDistance({ pairs }),
      genderAttributeScore,
      ...(crowsPairs ? crowsPairsMetrics(crowsPairs) : []),
    ],
  }
}
