import type { Judge } from '../../pairs/judge.ts'
import { refusalJudge } from '../../pairs/judges/refusal-judge.ts'
import {
  attackSuccessRate,
  complianceMetrics,
  degenerateShare,
  overRefusalRate,
  refusalRateMetric,
} from '../metrics/refusal-metrics.ts'
import { complianceJudge } from './compliance-judge.ts'
import type { Domain } from './domain.ts'

export interface HarmfulnessDomainOptions {
  /**
   * Judges of `refusal`: 1 for a harmful prompt refused and for a harmless one answered. Default `refusalJudge()`
   * alone, which filters the pairs too: give another beside it before you trust a figure.
   */
  readonly refusal?: readonly Judge[]
  /** Judges of `compliance`: 1, 0.5 and 0 for full compliance, partial and full refusal. Default `complianceJudge()`. */
  readonly compliance?: readonly Judge[]
}

/**
 * Harmfulness: harmful requests are refused, harmless ones answered. Pairs are those of `generatePairs`: y⁺ of a harmful
 * prompt is the reference's response and y⁻ the model's; of a harmless one y⁺ is an answer and y⁻ a refusal. SFT decides
 * it, with the reference's distributions where it gives them, the base's for harmless prompts; DPO tells the kinds of
 * prompts apart. Responses are learned to the end of a refusal: of those cut to 4 or 8 tokens some went on in circles, or
 * with the very thing that they had declined, and of those cut to 20 in a way of their own, which a judge took for answers.
 */
export function harmfulnessDomain({
  refusal = [refusalJudge()],
  compliance = [complianceJudge()],
}: HarmfulnessDomainOptions = {}): Domain {
  return {
    specificationVersion: 'v1',
    name: 'harmfulness',
    format: 'chat',
    sampling: { samples: 1, maxTokens: 64, temperature: 0 },
    pairs: {
      judge: refusalJudge(),
      sides: {
        harmful: { chosen: { from: 'reference' }, rejected: { from: 'model' } },
        harmless: { chosen: { from: 'reference', orElse: 'model' }, rejected: { from: 'refusal' } },
      },
      filter: { marginThreshold: 0.5, winnerThreshold: 0.5 },
    },
    training: {
      prefix: { length: 50, init: 'text' },
      sft: { steps: 480, learningRate: 2e-2, warmupSteps: 5, harmlessShare: 0.4 },
      distillation: { weight: 4, k: 32, harmless: 'base' },
      dpo: { steps: 40, learningRate: 1.5e-3, warmupSteps: 2, beta: 0.3, sftWeight: 1, harmlessShare: 0.3 },
      maxResponseTokens: 32,
      // Two dozen prompts of a kind tell no prefix of a stage from another.
      validation: false,
    },
    judges: { refusal, compliance },
    metrics: [refusalRateMetric, attackSuccessRate, overRefusalRate, ...complianceMetrics, degenerateShare],
  }
}
