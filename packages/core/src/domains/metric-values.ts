import { throwIfAborted } from '../errors.ts'
import type { DomainPrompt, ProbabilityMetric, ProbabilitySource } from '../evaluate/metrics/domain-metric.ts'
import type { StageProgress } from '../pairs/responses/collect-responses.ts'
import type { ResponseJournal } from '../pairs/responses/response-journal.ts'
import { digestOf } from '../sha256.ts'
import type { Domain } from './domain.ts'

export interface MetricValuesOptions {
  readonly journal: ResponseJournal
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** The values of the metrics that read probabilities, by metric; or why there are none. */
export type MetricValues = ReadonlyMap<string, readonly number[]> | { readonly reason: string }

/** Number of rows read together before their values are saved. */
const chunk = 64

/**
 * Computes the values of a domain's metrics that read probabilities. Values in the journal are not computed again.
 *
 * @throws `ABORTED`; and the errors of the source and the journal.
 */
export async function metricValues(
  { metrics }: Domain,
  source: ProbabilitySource | { readonly reason: string },
  prompts: readonly DomainPrompt[],
  options: MetricValuesOptions,
): Promise<MetricValues> {
  if ('reason' in source) return source
  const values = new Map<string, readonly number[]>()
  const shared = rememberedSource(source)
  for (const metric of metrics) {
    if (metric.reads !== 'probabilities') continue
    values.set(metric.name, await valuesOf(metric, shared, metric.rows?.items ?? prompts, options))
  }
  return values
}

async function valuesOf(
  metric: ProbabilityMetric,
  source: ProbabilitySource,
  rows: readonly unknown[],
  { journal, onProgress, signal }: MetricValuesOptions,
): Promise<number[]> {
  const { name, settings = {}, rows: own } = metric
  const mark = await digestOf([settings, own?.items ?? null])
  // The journal stores scores in [0, 1] and texts, so a value is stored as JSON text.
  const kept = `${name} ${mark.slice(0, 16)}`
  const held = journal.responses(kept)
  const missing = [...rows.keys()].filter((index) => !held.has(index))
  const report = (left: number) => onProgress?.({ stage: name, done: rows.length - left, total: rows.length })
  report(missing.length)
  while (missing.length > 0) {
    throwIfAborted(signal, `measuring ${name}`)
    const indices = missing.splice(0, chunk)
    const values = await metric.values(
      source,
      indices.map((index) => rows[index]),
    )
    await journal.add(
      ...indices.map((index, i) => ({ source: kept, index, response: JSON.stringify(values[i]) })),
    )
    report(missing.length)
  }
  return [...rows.keys()].map((index) => JSON.parse(held.get(index) as string) as number)
}

/** The same source with a cache, so that several metrics ask only once. It keeps every answer: create one per evaluation. */
export function rememberedSource(source: ProbabilitySource): ProbabilitySource {
  return {
    ...source,
    scoreTotals: remembered((requests) => source.scoreTotals(requests)),
    scoreCandidates: remembered((requests) => source.scoreCandidates(requests)),
  }
}

function remembered<Request, Answer>(ask: (requests: readonly Request[]) => Promise<readonly Answer[]>) {
  const answers = new Map<string, Answer>()
  return async (requests: readonly Request[]): Promise<Answer[]> => {
    const keys = requests.map((request) => JSON.stringify(request))
    const missing = new Map(
      keys.flatMap((key, i) => (answers.has(key) ? [] : [[key, requests[i] as Request] as const])),
    )
    if (missing.size > 0) {
      const found = await ask([...missing.values()])
      for (const [i, key] of [...missing.keys()].entries()) answers.set(key, found[i] as Answer)
    }
    return keys.map((key) => answers.get(key) as Answer)
  }
}
