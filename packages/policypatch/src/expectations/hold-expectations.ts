import type { Measurement } from '@policypatch/core/evaluate'
import { rate } from '../patches/describe-patch.ts'
import type { Expectation } from './read-expectations.ts'

/** A figure checked against an expectation. */
export interface HeldFigure {
  readonly expectation: Expectation
  /** Undefined if no such figure was measured, which counts as a failure. */
  readonly measured: Omit<Measurement, 'values'> | undefined
  readonly passed: boolean
}

/**
 * Checks a subject's measurements against expectations. Returns every figure that an expectation covers, or a failure if there is
 * none.
 */
export function holdExpectations(
  measurements: readonly Measurement[],
  expectations: readonly Expectation[],
  subject: string,
): HeldFigure[] {
  const own = measurements.filter((one) => one.subject === subject)
  return expectations.flatMap((expectation): HeldFigure[] => {
    const { metric, data, judge } = expectation
    const about = own.filter(
      (one) =>
        one.metric === metric &&
        (data === undefined || one.data === data) &&
        (judge === undefined || one.judge === judge),
    )
    if (about.length === 0) return [{ expectation, measured: undefined, passed: false }]
    return about.map(({ values: _, ...measured }) => ({
      ...{ expectation, measured, passed: isWithin(measured, expectation) },
    }))
  })
}

function isWithin(
  { value, low, high }: Pick<Measurement, 'value' | 'low' | 'high'>,
  { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY, interval = false }: Expectation,
): boolean {
  return interval ? low >= atLeast && high <= atMost : value >= atLeast && value <= atMost
}

/** An expectation in words, such as `refusal rate of at least 0.8, its whole interval`. */
export function expectationText({ metric, data, judge, atLeast, atMost, interval }: Expectation): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ].join(' and ')
  const of = [data, judge && `judged by ${judge}`].filter(Boolean).join(', ')
  return `${metric}${of && ` (${of})`} of ${bounds}${interval ? ', its whole interval' : ''}`
}

/** A figure with its interval, such as `0.83 [0.78, 0.87], n=48`. */
export function figureText(measured: HeldFigure['measured']): string {
  return measured ? `${rate(measured)}, n=${measured.n}` : 'not measured'
}
