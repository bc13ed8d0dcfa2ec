/**
 * Draws docs/order-sensitivity.svg, the share of the patches' own effects that each method of composing keeps, from
 * compare/results/compose.json: `node --import ./scripts/source.mjs compare/compose/draw-shares.ts`.
 */
import { readFileSync } from 'node:fs'
import type { TopLevelSpec } from 'vega-lite'
import { grey, writeFigure } from '../../timing/write-figure.ts'
import type { KeptShare } from './shares.ts'

const file = (path: string) => new URL(path, import.meta.url)
const { shares } = JSON.parse(readFileSync(file('../results/compose.json'), 'utf8')) as {
  readonly shares: readonly KeptShare[]
}
/** Methods with a single patch. */
const single = ['20 tokens', 'text prompt']
const rows = shares.filter(({ method }) => !single.includes(method))
const methods = [...new Set(rows.map(({ method }) => method))].sort((a, b) => group(a) - group(b))

/** Orders of `concat` come first, because they are what varies. */
function group(method: string): number {
  return method.startsWith('concat') ? 0 : 1
}

const percent = { format: '.0%', title: "share of the patch's own effect", grid: true, tickCount: 5 }
const spec: TopLevelSpec = {
  data: { values: rows.map((row) => ({ ...row })) },
  facet: { field: 'domain', type: 'nominal', title: null, header: { labelFontSize: 13, labelColor: grey } },
  resolve: { scale: { x: 'independent' } },
  spec: {
    width: 210,
    height: { step: 26 },
    encoding: {
      y: { field: 'method', type: 'nominal', sort: methods, title: null, axis: { labelLimit: 260 } },
      yOffset: { field: 'judge', type: 'nominal' },
      color: {
        condition: { test: "indexof(datum.method, 'concat') === 0", value: '#d4632a' },
        value: '#2a78d6',
      },
    },
    layer: [
      {
        mark: { type: 'rule', strokeDash: [4, 3] },
        encoding: {
          x: { datum: 1 },
          y: { value: 0 },
          y2: { value: methods.length * 26 },
          color: { value: grey },
        },
      },
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { x: { field: 'low', type: 'quantitative', axis: percent }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 1 },
        encoding: { x: { field: 'value', type: 'quantitative' } },
      },
    ],
  },
}
await writeFigure(spec, file('../../docs/order-sensitivity.svg'))
