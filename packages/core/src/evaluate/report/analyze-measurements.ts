import type { Estimate } from '../statistics/bootstrap.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { shareOfChange } from '../statistics/share-of-change.ts'
import { type Compared, type Effect, effectOf } from './effect-of.ts'
import { groupMeasurements, type MeasurementGroup } from './group-measurements.ts'
import {
  comparableScores,
  meanScores,
  type PooledFigure,
  pooledFigure,
  type Resampling,
} from './pooled-figure.ts'

/** One metric: each subject's figure, its change from the base model, and how close it gets to the reference. */
export interface AnalyzedMetric extends MeasurementGroup {
  readonly figures: readonly PooledFigure[]
  /** For every subject except the base model; empty without a base model. */
  readonly effects: readonly Effect[]
  /** Shares of the reference's change, by subject, if the reference's change is significant. */
  readonly shares: ReadonlyMap<string, Estimate>
}

/**
 * Compares measurements, on the same units if they have scores for them.
 *
 * @param resampling of the bootstraps; default seed 0 and 2,000 resamples
 * @throws as {@link groupMeasurements}
 */
export function analyzeMeasurements(
  measurements: readonly Measurement[],
  { seed = 0, resamples = 2000 }: Resampling = {},
): AnalyzedMetric[] {
  const resampling = { seed, resamples }
  return groupMeasurements(measurements).map((group) => {
    const compared = [...group.subjects.values()].map(
      (seeds): Compared => ({ seeds, figure: pooledFigure(seeds, resampling) }),
    )
    const named = (name: string) => compared.find(({ figure }) => figure.subject === name)
    const base = named('base')
    const others = base ? compared.filter((one) => one !== base) : []
    const effects = base ? others.map((one) => effectOf(base, one, resampling)) : []
    return {
      ...group,
      figures: compared.map(({ figure }) => figure),
      effects,
      shares: sharesOf(base, named('reference'), others, effects, resampling),
    }
  })
}

function sharesOf(
  base: Compared | undefined,
  reference: Compared | undefined,
  others: readonly Compared[],
  effects: readonly Effect[],
  resampling: Resampling,
): ReadonlyMap<string, Estimate> {
  const shares = new Map<string, Estimate>()
  const change = effects.find(({ subject }) => subject === 'reference')
  const from = base && comparableScores(base.seeds)
  const to = reference && comparableScores(reference.seeds)
  const units = from?.[0]?.length
  if (!from || !to || to[0]?.length !== units) return shares
  if (!change || (change.low <= 0 && change.high >= 0)) return shares
  for (const { seeds, figure } of others) {
    const scores = comparableScores(seeds)
    if (figure.subject === 'reference' || !scores || scores[0]?.length !== units) continue
    shares.set(
      figure.subject,
      shareOfChange(
        { base: meanScores(from), patched: meanScores(scores), reference: meanScores(to) },
        resampling,
      ),
    )
  }
  return shares
}
