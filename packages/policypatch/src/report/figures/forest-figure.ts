import type { Unit } from '../page/format-figure.ts'
import type { Html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'
import { drawFigure, type FigureSpec } from './draw-figure.ts'
import type { ForestRow, Verdict } from './forest-rows.ts'

/** The axis title and labels of each unit. */
const axes: Readonly<Record<Unit, { readonly title: string; readonly labels: string }>> = {
  share: { title: 'points', labels: "format(abs(100 * datum.value), '~f')" },
  score: { title: 'score', labels: "format(abs(datum.value), '~f')" },
  amount: { title: "% of the base model's figure", labels: "format(abs(100 * datum.value), '~f') + '%'" },
}

const rowHeight = 22
const indent = 6
/** Space for an effect and its interval as text. */
const valueRoom = 214

const verdictColors: Readonly<Record<Verdict, string>> = {
  better: 'var(--right)',
  worse: 'var(--wrong)',
  unclear: 'var(--muted)',
}

/**
 * Plots effects with their intervals, one below the other, with better to the right. The `wide` version shows the figures beside
 * them; the narrow one is for phones.
 */
export function drawForest(
  { styles }: Pick<ReportContext, 'styles'>,
  rows: readonly ForestRow[],
  { unit, wide, label }: { readonly unit: Unit; readonly wide: boolean; readonly label: string },
): Promise<Html> {
  const effects = rows.flatMap((row) =>
    row.kind === 'effect'
      ? [{ ...row, ...styleOf(styles.get(row.subject)), verdictColor: verdictColors[row.verdict] }]
      : [],
  )
  const names = wide ? 150 : 104
  const plot = wide ? 600 : 224
  const height = rows.length * rowHeight
  // Zero is always on the axis, so that a figure that does not change shows as such.
  const ends = [0, ...effects.flatMap(({ low, high }) => [low, high])]
  const y = { field: 'id', type: 'ordinal', axis: null, scale: { domain: rows.map(({ id }) => id) } } as const
  const x = {
    type: 'quantitative',
    scale: { domain: [Math.min(...ends), Math.max(...ends)], nice: true, zero: true, padding: 4 },
    axis: {
      title: `worse ←  ${wide ? 'change from the base model, ' : ''}${axes[unit].title}  → better`,
      // No signs, because better is not always up.
      labelExpr: axes[unit].labels,
      tickCount: wide ? 8 : 4,
      domain: false,
      ticks: false,
    },
  } as const
  const literal = (field: string) => ({ field, type: 'nominal', scale: null }) as const
  const beside = (dx: number) => ({ type: 'text', align: 'left', baseline: 'middle', dx }) as const
  const spec: FigureSpec = {
    width: plot,
    height,
    // Not fitted to the text, which Vega takes to be wider than it is.
    autosize: 'none',
    padding: { left: names + 2, right: wide ? valueRoom : 12, top: 2, bottom: 44 },
    encoding: { y },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        encoding: { x: { ...x, field: 'zero' }, y: { value: 0 }, y2: { value: height } },
        mark: { type: 'rule', color: 'var(--line-strong)', strokeWidth: 1.5 },
      },
      {
        // A band behind a group's name, so that no grid line crosses it.
        data: { values: rows.filter(({ kind }) => kind !== 'effect') },
        mark: { type: 'rect', color: 'var(--band)' },
        encoding: { x: { value: -names }, x2: { value: plot + (wide ? valueRoom : 12) } },
      },
      {
        data: { values: rows.filter(({ kind }) => kind === 'metric') },
        mark: {
          ...beside(indent - names),
          fontWeight: 650,
          fontSize: 13,
          limit: limit(names + plot - 2 * indent),
          dy: 4,
        },
        encoding: { x: { value: 0 }, text: { field: 'text', type: 'nominal' } },
      },
      {
        data: { values: rows.filter(({ kind }) => kind === 'note') },
        mark: {
          ...beside(indent - names),
          color: 'var(--muted)',
          fontSize: 11,
          limit: limit(names + plot - 2 * indent),
          dy: -1,
        },
        encoding: { x: { value: 0 }, text: { field: 'text', type: 'nominal' } },
      },
      {
        data: { values: effects },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 2.5, strokeCap: 'round' },
            encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, color: literal('color') },
          },
          {
            mark: {
              type: 'point',
              filled: true,
              opacity: 1,
              size: 90,
              stroke: 'var(--card)',
              strokeWidth: 1,
            },
            encoding: { x: { ...x, field: 'value' }, color: literal('color'), shape: literal('shape') },
          },
          {
            mark: { ...beside(indent - names), limit: limit(names - indent - 4) },
            encoding: { x: { value: 0 }, text: { field: 'subject', type: 'nominal' } },
          },
          ...(wide
            ? [
                {
                  mark: beside(14),
                  encoding: {
                    x: { value: plot },
                    text: { field: 'text', type: 'nominal' as const },
                    color: literal('verdictColor'),
                  },
                },
              ]
            : []),
        ],
      },
    ],
  } as FigureSpec
  return drawFigure(spec, label)
}

/** Without a canvas, Vega assumes that a letter is 0.8 em wide; in most fonts it is 0.56 em. */
const limit = (room: number) => (room * 0.8) / 0.56

const styleOf = (style: { color: string; shape: string } | undefined) =>
  style ?? { color: 'currentColor', shape: 'circle' }
