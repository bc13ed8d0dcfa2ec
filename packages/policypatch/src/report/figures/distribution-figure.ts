import type { Html } from '../page/html.ts'
import type { ReportContext, ReportMetric } from '../page/report-context.ts'
import { drawFigure, type FigureSpec } from './draw-figure.ts'
import type { BinnedScores } from './score-bins.ts'

const width = 272
const height = 40

/** Plots each subject's score distribution, one below the other on the same scale, with a line at the mean. */
export function drawDistribution(
  { styles }: Pick<ReportContext, 'styles'>,
  { better }: Pick<ReportMetric, 'better'>,
  scores: readonly BinnedScores[],
  label: string,
): Promise<Html> {
  const [first] = scores as readonly [BinnedScores]
  const domain = [first.bins[0]?.from ?? 0, first.bins.at(-1)?.to ?? 1]
  const highest = Math.max(...scores.flatMap(({ bins }) => bins.map(({ share }) => share)))
  const axis = { tickCount: 5, ticks: false, labelFlush: true } as const
  const spec = {
    spacing: 4,
    vconcat: scores.map(({ subject, mean, bins }, i) => {
      const last = i === scores.length - 1
      const title = better === 'lower' ? '← lower is better' : 'higher is better →'
      const x = {
        type: 'quantitative',
        scale: { domain, nice: false },
        axis: last ? { ...axis, title, grid: false } : null,
      } as const
      const y = { type: 'quantitative', scale: { domain: [0, highest] }, axis: null } as const
      const color = styles.get(subject)?.color ?? 'currentColor'
      return {
        width,
        height,
        layer: [
          {
            data: { values: bins },
            mark: { type: 'bar', color, opacity: 0.75, binSpacing: 1 },
            encoding: {
              x: { ...x, field: 'from', bin: { binned: true } },
              x2: { field: 'to' },
              y: { ...y, field: 'share' },
            },
          },
          {
            data: { values: [{ mean }] },
            layer: [
              {
                mark: { type: 'rule', color: 'currentColor', strokeWidth: 1.5 },
                encoding: { x: { ...x, field: 'mean' } },
              },
            ],
          },
          {
            data: { values: [{ subject }] },
            mark: { type: 'text', align: 'right', baseline: 'top', fontSize: 11.5, fontWeight: 600, dy: 1 },
            encoding: { x: { value: width }, y: { value: 0 }, text: { field: 'subject', type: 'nominal' } },
          },
          ...(last
            ? []
            : [
                {
                  data: { values: [{ zero: 0 }] },
                  mark: { type: 'rule', color: 'var(--line)' },
                  encoding: { x: { value: 0 }, x2: { value: width }, y: { value: height } },
                },
              ]),
        ],
      }
    }),
  }
  return drawFigure(spec as unknown as FigureSpec, label)
}
