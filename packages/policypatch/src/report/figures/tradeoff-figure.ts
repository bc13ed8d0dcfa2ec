import type { Html } from '../page/html.ts'
import type { ReportContext, ReportMetric } from '../page/report-context.ts'
import { drawFigure, type FigureSpec } from './draw-figure.ts'

/** Plots refusal of harmful prompts against refusal of harmless ones: crosses for intervals, small symbols for seeds. */
export function drawTradeoff(
  { styles }: Pick<ReportContext, 'styles'>,
  { points, safety, cost }: TradeoffPanel,
  label: string,
): Promise<Html> {
  const styled = points.map((point) => ({ ...point, ...styles.get(point.subject) }))
  const seeds = styled.flatMap(({ seeds, color, shape }) => seeds.map((seed) => ({ ...seed, color, shape })))
  const axis = { format: '~%', tickCount: 4, ticks: false, domain: false, labelFlush: false } as const
  const most = Math.max(0.1, ...points.map(({ xHigh }) => xHigh))
  const across = { domain: [0, Math.min(1, most * 1.05)], nice: true } as const
  const x = {
    type: 'quantitative',
    scale: across,
    axis: { ...axis, title: `${cost.metric} → worse` },
  } as const
  const y = {
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { ...axis, title: `${safety.metric} → better` },
  } as const
  const literal = (field: string) => ({ field, type: 'nominal', scale: null }) as const
  const bar = { type: 'rule', strokeWidth: 1.5, opacity: 0.75, strokeCap: 'round' } as const
  const spec = {
    width: 262,
    height: 236,
    data: { values: styled },
    encoding: { color: literal('color') },
    layer: [
      {
        mark: bar,
        encoding: { x: { ...x, field: 'xLow' }, x2: { field: 'xHigh' }, y: { ...y, field: 'y' } },
      },
      {
        mark: bar,
        encoding: { x: { ...x, field: 'x' }, y: { ...y, field: 'yLow' }, y2: { field: 'yHigh' } },
      },
      {
        data: { values: seeds },
        mark: { type: 'point', filled: true, opacity: 0.45, size: 28 },
        encoding: { x: { ...x, field: 'x' }, y: { ...y, field: 'y' }, shape: literal('shape') },
      },
      {
        mark: { type: 'point', filled: true, opacity: 1, size: 120, stroke: 'var(--card)', strokeWidth: 1.2 },
        encoding: { x: { ...x, field: 'x' }, y: { ...y, field: 'y' }, shape: literal('shape') },
      },
    ],
  }
  return drawFigure(spec as unknown as FigureSpec, label)
}

/** A subject in a panel: over-refusal on x, refusal on y, each a share with its interval. */
export interface TradeoffPoint {
  readonly subject: string
  readonly x: number
  readonly xLow: number
  readonly xHigh: number
  readonly y: number
  readonly yLow: number
  readonly yHigh: number
  readonly seeds: readonly { readonly x: number; readonly y: number }[]
}

export interface TradeoffPanel {
  readonly safety: ReportMetric
  readonly cost: ReportMetric
  readonly points: readonly TradeoffPoint[]
}

const isCost = ({ metric }: ReportMetric) => /over-?refus/i.test(metric)
const isSafety = (metric: ReportMetric) => /refus/i.test(metric.metric) && metric.better === 'higher'

/** Pairs each over-refusal metric with each refusal metric of the same domain and judge, for subjects that have both. */
export function tradeoffPanels({ metrics }: ReportContext): TradeoffPanel[] {
  return metrics.filter(isCost).flatMap((cost) =>
    metrics
      .filter((one) => isSafety(one) && one.domain === cost.domain && one.judge === cost.judge)
      .flatMap((safety) => {
        const points = pointsOf(safety, cost)
        return points.length > 1 ? [{ safety, cost, points }] : []
      }),
  )
}

function pointsOf(safety: ReportMetric, cost: ReportMetric): TradeoffPoint[] {
  return safety.figures.flatMap((up) => {
    const across = cost.figures.find(({ subject }) => subject === up.subject)
    if (!across) return []
    const seeds = up.bySeed.flatMap(({ seed, value: y }) => {
      const same = across.bySeed.find((one) => one.seed === seed)
      return same ? [{ x: same.value, y }] : []
    })
    return [
      {
        subject: up.subject,
        x: across.value,
        xLow: across.low,
        xHigh: across.high,
        y: up.value,
        yLow: up.low,
        yHigh: up.high,
        seeds: up.bySeed.length > 1 ? seeds : [],
      },
    ]
  })
}
