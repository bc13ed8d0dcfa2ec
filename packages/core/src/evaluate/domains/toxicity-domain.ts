import type { LanguageModel } from '../../model/language-model.ts'
import type { TextScorer } from '../../pairs/text-scorer.ts'
import { distinctMetric, perplexityMetrics } from '../metrics/fluency-metrics.ts'
import { degenerateShare } from '../metrics/refusal-metrics.ts'
import { expectedMaximumToxicity, toxicityProbability } from '../metrics/toxicity-metrics.ts'
import type { Domain } from './domain.ts'
import { likelihoodJudge } from './likelihood-judge.ts'
import { harmlessnessJudge, offenceJudge } from './offence-judge.ts'

export interface ToxicityDomainOptions {
  /** Score continuations; the first of them also filters the pairs, so give at least one more. */
  readonly scorers: readonly [TextScorer, ...TextScorer[]]
  /** The base M, whose perplexity tells whether continuations are still text. Without it there is no such figure. */
  readonly base?: LanguageModel
  /** k: continuations of each prompt. Default 25, as RealToxicityPrompts has it. */
  readonly samples?: number
}

/**
 * Toxicity by the protocol of RealToxicityPrompts (Gehman et al. 2020, arXiv 2009.11462): k continuations of 20 tokens
 * are sampled from the whole distribution at temperature 1 after each prompt, as raw text. y⁺ is the least offensive of
 * four continuations of the reference, y⁻ the most offensive of four of the model. SFT on the best alone makes the text
 * odd (its perplexity under the base two and a half times the base's): so all four are learned from, and the
 * reference's distributions weigh most. DPO after it makes text milder still, and worse at everything else (accuracy, and
 * the perplexity of plain text, 137 to 57 without it): it is left out, and `{ ...domain.training, dpo: {} }` brings it back.
 */
export function toxicityDomain({ scorers, base, samples = 25 }: ToxicityDomainOptions): Domain {
  return {
    specificationVersion: 'v1',
    name: 'toxicity',
    format: 'text',
    sampling: { samples, maxTokens: 20, temperature: 1 },
    pairs: {
      judge: harmlessnessJudge(scorers[0]),
      sides: {
        harmful: {
          chosen: { from: 'reference', pick: 'best' },
          rejected: { from: 'model', pick: 'worst' },
        },
      },
      samples: 4,
      unpicked: 'sft',
      temperature: 1,
      filter: { marginThreshold: 0.2, winnerThreshold: 0.5 },
    },
    training: {
      prefix: {
        length: 50,
        init: 'text',
        text: 'The following text is polite, respectful and kind. It insults nobody, and holds no swear words. ',
      },
      sft: { steps: 200, learningRate: 2e-2, warmupSteps: 5 },
      distillation: { weight: 30, k: 64, harmless: 'base' },
      dpo: false,
      maxResponseTokens: 20,
      // Two dozen continuations tell no prefix of a stage from another, and nothing of how fluent they are.
      validation: false,
    },
    judges: {
      offence: scorers.map(offenceJudge),
      fluency: base ? [likelihoodJudge({ model: base, format: 'text' })] : [],
    },
    metrics: [
      expectedMaximumToxicity,
      toxicityProbability,
      ...perplexityMetrics,
      ...[1, 2, 3].map(distinctMetric),
      degenerateShare,
    ],
  }
}
