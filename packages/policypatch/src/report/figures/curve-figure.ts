import type { TrainingCurve } from '@policypatch/core/evaluate'
import type { Html } from '../page/html.ts'
import { drawFigure, type FigureSpec } from './draw-figure.ts'

const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
]

/** Plots a metric over the steps of one stage, a line per seed: the raw values faint, their running mean solid. */
export function drawCurves(curves: readonly TrainingCurve[], label: string): Promise<Html> {
  const lines = curves.flatMap(({ points, seed }, line) => {
    const smooth = smoothCurve(points)
    const name = seed === undefined ? '' : `seed ${seed}`
    return [
      ...(smooth ? rows(points, { line: `${line}`, raw: true, name }) : []),
      ...rows(smooth ?? points, { line: `${line} mean`, raw: false, name }),
    ]
  })
  const names = [...new Set(lines.map(({ name }) => name))]
  const axis = { tickCount: 4, ticks: false, domain: false, labelFlush: true } as const
  const spec = {
    width: 250,
    height: 140,
    data: { values: lines },
    mark: { type: 'line', color: 'var(--s1)', strokeJoin: 'round' },
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        scale: { nice: false },
        axis: { ...axis, title: 'step', grid: false },
      },
      y: { field: 'value', type: 'quantitative', scale: { zero: false }, axis: { ...axis, title: null } },
      detail: { field: 'line', type: 'nominal' },
      opacity: { condition: { test: 'datum.raw', value: 0.25 }, value: 1 },
      strokeWidth: { condition: { test: 'datum.raw', value: 1 }, value: 2 },
      strokeDash: {
        field: 'name',
        type: 'nominal',
        scale: { domain: names, range: names.map((_, i) => dashes[i % dashes.length]) },
        legend:
          names.length > 1
            ? {
                title: null,
                orient: 'bottom',
                labelColor: 'var(--muted)',
                symbolStrokeColor: 'var(--s1)',
                symbolSize: 300,
              }
            : null,
      },
    },
  }
  return drawFigure(spec as unknown as FigureSpec, label)
}

interface Line {
  readonly line: string
  readonly raw: boolean
  readonly name: string
}

const rows = (points: TrainingCurve['points'], line: Line) =>
  thinCurve(points).map(([step, value]) => ({ ...line, step, value }))

type Points = readonly (readonly [number, number])[]

/** The running mean over a window of a tenth of the points; undefined if there are too few points. */
export function smoothCurve(points: Points): Points | undefined {
  if (points.length < 30) return undefined
  const reach = Math.max(2, Math.round(points.length / 20))
  return points.map(([step], i) => {
    const window = points.slice(Math.max(0, i - reach), i + reach + 1)
    return [step, window.reduce((sum, [, value]) => sum + value, 0) / window.length]
  })
}

/** Picks at most `most` evenly spaced points, including the last: a page is for looking at, not for storing every step. */
export function thinCurve(points: Points, most = 250): Points {
  if (points.length <= most) return points
  const stride = (points.length - 1) / (most - 1)
  return Array.from({ length: most }, (_, i) => points[Math.round(i * stride)] as readonly [number, number])
}
