import type { LanguageModel } from '../../model/language-model/language-model.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import type { Place } from '../../storage/place.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { wilsonInterval } from '../statistics/wilson-interval.ts'

/** Options of every measure of ability, besides its data. */
export interface AbilityOptions {
  /** A model, patched or not. */
  readonly model: LanguageModel
  /** Its name in figures. Default `patched` if it has a prefix, else `base`. */
  readonly subject?: string | undefined
  /** Seed of its training, for the figures. */
  readonly seed?: number | undefined
  /** The name of the data in figures. */
  readonly data?: string | undefined
  /** Rows read or generated together. */
  readonly batchSize?: number | undefined
  /** Saves what is found in this file, so that a stopped run can be resumed. */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was measured, as figures name it. */
export function subjectOf({ model, subject, seed }: AbilityOptions): Pick<Measurement, 'subject' | 'seed'> {
  return { subject: subject ?? (model.prefix ? 'patched' : 'base'), ...(seed !== undefined && { seed }) }
}

/** The share of items that are right, with Wilson's interval. */
export function accuracyMeasurement(
  { metric, judge, data }: { readonly metric: string; readonly judge: string; readonly data: string },
  right: readonly boolean[],
  options: AbilityOptions,
): Measurement {
  const { value, low, high, n } = wilsonInterval(right.filter(Boolean).length, right.length)
  return {
    domain: 'ability',
    metric,
    judge,
    ...subjectOf(options),
    data,
    n,
    value,
    low,
    high,
    interval: 'wilson',
    better: 'higher',
    values: right.map(Number),
  }
}
