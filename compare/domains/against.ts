import { analyzeMeasurements, type Effect, type Measurement } from 'policypatch/evaluate'
import { isHeadline } from './headline.ts'

/** The difference between the patch and an alternative, in a headline figure of the domain. */
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
 * The patch minus each alternative, on the same prompts, with the 95% interval of the difference over prompts and training seeds.
 */
export function comparisons(measurements: readonly Measurement[]): Comparison[] {
  const own = measurements.filter(isHeadline)
  return rivals.flatMap((against) => {
    // With a rival in the base's place, effects are differences from it.
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
