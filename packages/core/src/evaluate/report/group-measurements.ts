import { PatchError } from '../../errors.ts'
import type { Measurement } from '../statistics/measurement.ts'

/** Measurements of one metric, by one judge, on the same data. */
export interface MeasurementGroup
  extends Pick<Measurement, 'domain' | 'metric' | 'judge' | 'data' | 'better'> {
  /** By subject: `base` first, then `patched` and `reference`, then the others in order of appearance; each with its seeds. */
  readonly subjects: ReadonlyMap<string, readonly Measurement[]>
}

const first = ['base', 'patched', 'reference']

/**
 * Groups measurements that can be compared with each other, in order of first appearance.
 *
 * @throws `INVALID_ARGUMENT` if two of a group disagree on which direction is better, or have the same subject and seed.
 */
export function groupMeasurements(measurements: readonly Measurement[]): MeasurementGroup[] {
  const groups = groupBy(measurements, ({ domain, metric, judge, data }) =>
    JSON.stringify([domain, metric, judge, data]),
  )
  return groups.map((group) => {
    const [{ domain, metric, judge, data, better }] = group as [Measurement]
    const place = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length)
    const subjects = groupBy(group, ({ subject }) => subject)
      .map((seeds) => [(seeds[0] as Measurement).subject, seeds] as const)
      .sort(([a], [b]) => place(a) - place(b))
    for (const [subject, seeds] of subjects) {
      const known = new Set(seeds.map(({ seed }) => seed))
      if (known.size === seeds.length && seeds.every((one) => one.better === better)) continue
      throw new PatchError('INVALID_ARGUMENT', {
        expected: `one measurement of ${metric} for each subject and seed, all with ${better} as better`,
        found: `${seeds.length} of ${subject} by ${judge} on ${data}, seeds ${[...known].join(', ')}`,
        remedy: 'Give them different data or subjects, or remove duplicate measurements',
      })
    }
    return { domain, metric, judge, data, better, subjects: new Map(subjects) }
  })
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return [...groups.values()]
}
