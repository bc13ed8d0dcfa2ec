import { createRandom } from '../../random.ts'
import { checkPaired, checkResamples, checkValues } from './check-values.ts'
import type { Estimate } from './estimate.ts'
import { mean } from './mean.ts'
import { quantile } from './quantile.ts'

/**
 * The mean of scores[seed][prompt] with a 95% interval over seeds and prompts at once: in each resample, seeds and
 * prompts are drawn with replacement, each by itself, and the cells where they cross are taken (Owen 2007, "The
 * pigeonhole bootstrap"). It claims rather too little than too much. For a difference between two subjects give the
 * differences of their scores. With three seeds, which may well be drawn all alike, it is wide, as it should be.
 *
 * @throws `EMPTY_DATA`; `NOT_FINITE`; `INVALID_ARGUMENT` if seeds have scores of different prompts, or `resamples` is no
 *   positive integer.
 */
export function crossedBootstrap(
  scores: readonly (readonly number[])[],
  { seed = 0, resamples = 10_000 }: { readonly seed?: number; readonly resamples?: number } = {},
): Estimate {
  const [first = []] = scores
  checkValues(first, 'the scores of a seed')
  for (const values of scores) {
    checkPaired(first, values, 'prompts')
    checkValues(values, 'the scores of a seed')
  }
  checkResamples(resamples)
  const random = createRandom(seed)
  const n = first.length
  const prompts = new Int32Array(n)
  const distribution = new Float64Array(resamples)
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < n; j++) prompts[j] = random.integer(n)
    let sum = 0
    for (let j = 0; j < scores.length; j++) {
      const values = scores[random.integer(scores.length)] as readonly number[]
      for (let k = 0; k < n; k++) sum += values[prompts[k] as number] as number
    }
    distribution[i] = sum / (n * scores.length)
  }
  distribution.sort()
  return {
    value: mean(scores.map(mean)),
    low: quantile(distribution, 0.025),
    high: quantile(distribution, 0.975),
    n,
  }
}
