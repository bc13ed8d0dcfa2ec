import { mean } from '../statistics/sample.ts'
import type { DomainMetric, ScoredText, TextMetric } from './domain-metric.ts'

const perToken = (samples: readonly ScoredText[]) => mean(samples.map(({ score }) => -Math.log(score)))

/**
 * How likely the responses are to the judges of `fluency` (see `likelihoodJudge`), whose score is the geometric mean of the
 * tokens' probabilities. Two figures: −log of the score, averaged over a prompt's samples and then over prompts, in nats per
 * token; and its exponential, the perplexity. The ratio of two subjects' perplexities is the exponential of the difference of
 * the first figure, which has a value for each prompt.
 */
export const perplexityMetrics: readonly DomainMetric[] = [
  { reads: 'scores', name: 'log-perplexity', role: 'fluency', better: 'lower', value: perToken },
  {
    reads: 'scores',
    name: 'perplexity',
    role: 'fluency',
    better: 'lower',
    value: perToken,
    statistic: (values) => Math.exp(mean(values)),
  },
]

/**
 * Distinct-n over the k responses to a prompt, averaged over prompts, as in DExperts (Liu et al. 2021, arXiv 2105.03023).
 * Only figures of the same k and length are comparable.
 */
export const distinctMetric = (n: number): TextMetric => ({
  reads: 'texts',
  name: `distinct ${n}-grams`,
  judge: 'word count',
  better: 'higher',
  value: (responses) => distinctNgrams(responses, n),
})

/**
 * Distinct-n (Li et al. 2016, "A Diversity-Promoting Objective Function for Neural Conversation Models"): the number of
 * distinct word n-grams divided by the number of all word n-grams in the texts together, in [0, 1]; 0 if there are none. It
 * falls as texts grow longer or more numerous, so only figures from equally many texts of similar length are comparable.
 */
export function distinctNgrams(texts: readonly string[], n: number): number {
  const seen = new Set<string>()
  let total = 0
  for (const text of texts) {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? []
    for (let i = 0; i + n <= words.length; i++) {
      seen.add(words.slice(i, i + n).join(' '))
      total++
    }
  }
  return total === 0 ? 0 : seen.size / total
}
