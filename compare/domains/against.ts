import { analyzeMeasurements, type Effect, type Measurement } from 'policypatch/evaluate'
import { isHeadline } from './headline.ts'

/** How the patch differs from something that it is held against, in a figure that its domain is judged by. */
export interface Comparison extends Effect {
  readonly against: string
  readonly domain: string
  readonly metric: string
  readonly judge: string
  readonly data: string
  readonly better: Measurement['better']
}

const rivals = ['system prompt', 'lora', 'random prefix', 'reference']

/**
 * The patch less each of what it is held against, on the same prompts, with the 95% interval of the difference over
 * prompts and training seeds.
 */
export function comparisons(measurements: readonly Measurement[]): Comparison[] {
  const own = measurements.filter(isHeadline)
  return rivals.flatMap((against) => {
    // A rival in the base's place is what differences are taken from.
    const pair = own
      .filter(({ subject }) => subject === against || subject === 'patched')
      .map((one) => ({ ...one, subject: one.subject === against ? 'base' : one.subject }))
    return analyzeMeasurements(pair).flatMap(({ domain, metric, judge, data, better, effects }) =>
      effects
        .filter(({ subject }) => subject === 'patched')
        .map((effect) => ({ ...effect, against, domain, metric, judge, data, better })),
    )
  })
}
