import type { TopLevelSpec } from 'vega-lite'
import { grey, writeFigure } from '../../timing/write-figure.ts'
import type { Efficiency } from './efficiencies.ts'

const colours = { pairs: '#2a78d6', evaluation: '#2f9e6e', training: '#d4632a' }

/** Plots efficiency over workers, one panel per workload. */
export async function drawScaling(
  results: readonly (Efficiency & { readonly workload: string; readonly work: string })[],
  file: URL,
): Promise<void> {
  const percent = { format: '.0%', title: 'speedup / workers', grid: true, tickCount: 5 }
  const spec: TopLevelSpec = {
    data: { values: results.map((result) => ({ ...result })) },
    facet: {
      field: 'workload',
      type: 'nominal',
      sort: 'descending',
      title: null,
      header: { labelFontSize: 12, labelColor: grey },
    },
    spec: {
      width: 290,
      height: 190,
      encoding: {
        x: {
          ...{ field: 'workers', type: 'quantitative' },
          ...{ scale: { type: 'log', base: 2 }, axis: { title: 'workers', grid: false } },
        },
        y: {
          ...{ field: 'efficiency', type: 'quantitative' },
          ...{ scale: { domain: [0, 1.05] }, axis: percent },
        },
        color: {
          ...{ field: 'work', type: 'nominal', title: null },
          scale: { domain: Object.keys(colours), range: Object.values(colours) },
          legend: { labelColor: grey, symbolType: 'stroke', symbolStrokeWidth: 3 },
        },
      },
      layer: [
        { mark: { type: 'line', strokeWidth: 2 } },
        { mark: { type: 'point', filled: true, size: 40, opacity: 1 } },
      ],
    },
  }
  await writeFigure(spec, file)
}
