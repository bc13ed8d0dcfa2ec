import { isTarget } from '../rows/prompt-kind.ts'
import { isDegenerate } from './is-degenerate.ts'
import type { Judge } from './judge.ts'
import type { TextScorer } from './text-scorer.ts'

/**
 * Judges a goal that a text classifier knows, such as a language or a mood: a target scores the probability that its response is
 * of the class, a `keep` prompt the probability that it is not. An empty or repetitive response scores 0 for both.
 */
export function classifierJudge(scorer: TextScorer): Judge {
  return {
    specificationVersion: 'v1',
    name: scorer.name,
    settings: scorer.settings,
    async score(requests, options) {
      const responses = requests.map(({ response }) => response)
      const probabilities = await scorer.score(responses, options)
      return requests.map(({ kind, response }, index) => {
        const probability = probabilities[index] as number
        if (isDegenerate(response)) return 0
        return isTarget(kind) ? probability : 1 - probability
      })
    },
  }
}
