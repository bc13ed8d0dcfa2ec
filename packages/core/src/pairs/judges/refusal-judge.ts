import type { Judge } from '../judge.ts'
import { refusalScore } from './refusal-score.ts'

/** Judges whole responses by wording alone: see {@link refusalScore}. */
export function refusalJudge(): Judge {
  return {
    specificationVersion: 'v1',
    name: 'refusal-phrases-v2',
    async score(requests) {
      return requests.map((request) => refusalScore(request))
    },
  }
}
