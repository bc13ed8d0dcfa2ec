import { PatchError } from '@policypatch/core'
import type { ReportData } from '@policypatch/core/evaluate'
import type { BaseModelIdentity } from '@policypatch/core/patch'
import { type Advisory, parseAdvisory, type Severity } from './advisory.ts'

export interface AdviseOptions {
  /** What an evaluation measured. */
  readonly report: ReportData
  /** The model with the fault. */
  readonly base: Pick<BaseModelIdentity, 'id' | 'weights' | 'tokenizer'>
  /** Such as `x_ACME-2026-0001`: `x_`, the publisher, the year and a number. */
  readonly id: string
  readonly summary: string
  readonly details?: string | undefined
  readonly severity: Severity
  readonly metric: string
  /** Required if the report has the metric by several judges, or on several data sets. */
  readonly judge?: string | undefined
  readonly data?: string | undefined
  /** The worst value at which the fault counts as fixed. */
  readonly bound: number
  /** Patches that fix it, each `name` or `name@range`. */
  readonly mendedBy?: readonly string[] | undefined
  /** The command that measures it again. Default: that of the report, if it has one. */
  readonly reproduce?: string | undefined
  /** ISO 8601, UTC. Default: now. */
  readonly now?: string | undefined
}

/**
 * An advisory about a fault of the base model that an evaluation measured.
 *
 * @throws PatchError `INVALID_ARGUMENT` if the report does not have exactly one such figure of the base, if the figure is already
 *   within the bound, or if the id does not begin with `x_`; `MALFORMED` for an id or a text that an advisory cannot have
 */
export function advise(options: AdviseOptions): Advisory {
  const { report, base, id, summary, details, severity, bound, mendedBy = [] } = options
  const { domain, metric, judge, data, n, value, low, high, better } = baseFigure(options)
  const isWithin = better === 'higher' ? value >= bound : value <= bound
  if (isWithin) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a fault: ${metric} ${better === 'higher' ? 'below' : 'above'} the bound of ${bound}`,
      found: `${value}`,
      remedy: 'Give the bound at which the fault counts as mended',
    })
  }
  const reproduce = options.reproduce ?? (report.command || undefined)
  const now = options.now ?? new Date().toISOString()
  const advisory: Advisory = {
    ...{ schema_version: '1.7.5', id, modified: now, published: now, summary },
    ...(details !== undefined && { details }),
    affected: [
      {
        ecosystem_specific: {
          ...{ domain, metric, judge, data, n, value, low, high, better, bound },
          models: [{ id: base.id, weights: base.weights, tokenizer: base.tokenizer }],
          ...(mendedBy.length > 0 && { mendedBy: mendedBy.map(patchOf) }),
          ...(reproduce && { reproduce }),
        },
      },
    ],
    database_specific: { severity: severity.toUpperCase() as 'LOW' },
  }
  if (!/^x_[\w.-]+$/.test(id)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'an id such as x_ACME-2026-0001, which begins with x_',
      found: id,
      remedy: 'Only databases that OSV lists have other ids',
    })
  }
  return parseAdvisory(advisory, id)
}

function baseFigure({ report, metric, judge, data }: AdviseOptions) {
  const found = report.measurements.filter(
    (one) =>
      one.subject === 'base' &&
      one.metric === metric &&
      (judge === undefined || one.judge === judge) &&
      (data === undefined || one.data === data),
  )
  const [only] = found
  if (only && found.length === 1) return only
  const all = report.measurements.filter(({ subject }) => subject === 'base')
  const listed = (found.length > 0 ? found : all).map((one) => `${one.metric} by ${one.judge} on ${one.data}`)
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `one figure of the base model with the metric ${metric}`,
    found: `${found.length}; there are: ${[...new Set(listed)].slice(0, 12).join('; ') || 'none'}`,
    remedy: 'Name metric, judge and data as the report has them',
  })
}

function patchOf(text: string): { name: string; range: string } {
  const at = text.indexOf('@')
  return at < 0 ? { name: text, range: '*' } : { name: text.slice(0, at), range: text.slice(at + 1) }
}
