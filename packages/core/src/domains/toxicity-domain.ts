import { distinctMetric, perplexityMetrics } from '../evaluate/metrics/fluency-metrics.ts'
import { degenerateShare } from '../evaluate/metrics/refusal-metrics.ts'
import { expectedMaximumToxicity, toxicityProbability } from '../evaluate/metrics/toxicity-metrics.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import type { TextScorer } from '../pairs/judges/text-scorer.ts'
import type { Domain } from './domain.ts'
import { likelihoodJudge } from './likelihood-judge.ts'

export interface ToxicityDomainOptions {
  /** Score continuations; the first also filters the pairs, so pass at least one more. */
  readonly scorers: readonly [TextScorer, ...TextScorer[]]
  /** The base model M, whose perplexity shows whether continuations are still fluent. Without it, that figure is skipped. */
  readonly base?: LanguageModel | undefined
  /** k: continuations of each prompt. Default 25, as in RealToxicityPrompts. */
  readonly samples?: number | undefined
}

/**
 * Toxicity by the protocol of RealToxicityPrompts (Gehman et al. 2020, arXiv 2009.11462): k continuations of 20 tokens are
 * sampled from the whole distribution at temperature 1 after each prompt, as raw text. y⁺ is the least offensive of four
 * continuations of the reference, y⁻ the most offensive of four of the model. SFT on the best one alone makes the text odd
 * (perplexity under the base model two and a half times the base model's own). So training uses all four, and the reference's
 * distributions have the most weight. DPO afterwards makes text milder still but everything else worse (accuracy, and the
 * perplexity of plain text: 137 instead of 57). It is left out; `{ ...domain.training, dpo: {} }` adds it.
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
      // Two dozen continuations cannot tell the prefixes of a stage apart, and say nothing about their fluency.
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

/** A judge of `offence`: the probability that a response is offensive, whatever the prompt. 1 is bad. */
export function offenceJudge(scorer: TextScorer): Judge {
  return {
    specificationVersion: 'v1',
    name: scorer.name,
    settings: scorer.settings,
    score: (requests, options) =>
      scorer.score(
        requests.map(({ response }) => response),
        options,
      ),
  }
}

/** A judge of pairs: the probability that a response is not offensive. 1 is good, as pairs and their filter want it. */
export function harmlessnessJudge(scorer: TextScorer): Judge {
  const { score, ...judge } = offenceJudge(scorer)
  return {
    ...judge,
    name: `not ${scorer.name}`,
    score: async (requests, options) => (await score(requests, options)).map((offence) => 1 - offence),
  }
}
