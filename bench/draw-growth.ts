/** Draws docs/growth.svg from bench/results/growth.json: `node --import ./scripts/source.mjs bench/draw-growth.ts`. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { GrowthResult } from './growth.ts'

const file = (path: string) => new URL(path, import.meta.url)
const { results } = JSON.parse(readFileSync(file('./results/growth.json'), 'utf8')) as {
  results: readonly GrowthResult[]
}

type Axis = 'batch' | 'length' | 'layers' | 'prefix'
const base = { batch: 8, length: 64, layers: 30, prefix: 50 } as const
const panels: readonly { axis: Axis; label: string }[] = [
  { axis: 'batch', label: 'examples in a batch' },
  { axis: 'length', label: 'tokens in a row' },
  { axis: 'layers', label: 'layers' },
  { axis: 'prefix', label: 'virtual tokens' },
]
const measures = [
  { label: 'step, s', of: ({ seconds }: GrowthResult) => seconds },
  { label: 'peak memory, GiB', of: ({ peakMemory }: GrowthResult) => peakMemory / 2 ** 30 },
]
const ways = [
  { name: 'int8', precision: 'int8', recompute: 'none', colour: '#2a78d6' },
  { name: 'float32', precision: 'float32', recompute: 'none', colour: '#d4632a' },
] as const

const [width, height, gap, left, top] = [200, 150, 62, 60, 56]

/** Ticks at 0, half and all of the largest value, rounded up to two digits. */
function scaleFor(values: readonly number[]): { readonly most: number; readonly ticks: readonly number[] } {
  const largest = Math.max(...values)
  const unit = 10 ** (Math.floor(Math.log10(largest)) - 1)
  const most = 2 * unit * Math.ceil(largest / (2 * unit))
  return { most, ticks: [0, most / 2, most] }
}

const text = (x: number, y: number, content: string | number, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${content}</text>`
const tidy = (value: number) => String(Number(value.toPrecision(3)))

function panel({ axis, label }: (typeof panels)[number], measure: (typeof measures)[number]): string {
  const own = results.filter((result) =>
    panels.every(({ axis: other }) => other === axis || result[other] === base[other]),
  )
  const across = scaleFor(own.map((result) => result[axis]))
  const up = scaleFor(own.map(measure.of))
  const x = (value: number) => (value / across.most) * width
  const y = (value: number) => height - (value / up.most) * height
  const lines = ways.map(({ precision, recompute, colour }) => {
    const points = own
      .filter((result) => result.precision === precision && result.recompute === recompute)
      .sort((a, b) => a[axis] - b[axis])
      .map((result) => [x(result[axis]).toFixed(1), y(measure.of(result)).toFixed(1)] as const)
    const path = `<polyline points="${points.map((point) => point.join()).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
    const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`)
    return path + dots.join('')
  })
  const grid = up.ticks.map(
    (tick) =>
      `<path d="M0 ${y(tick).toFixed(1)}H${width}" stroke="#8884"/>${text(-6, y(tick) + 4, tidy(tick), 'text-anchor="end"')}`,
  )
  const feet = across.ticks.map((tick) => text(x(tick), height + 16, tidy(tick), 'text-anchor="middle"'))
  const names = [text(width / 2, height + 34, label, 'text-anchor="middle"'), text(0, -10, measure.label)]
  return [...grid, ...feet, ...names, ...lines].join('\n')
}

const columns = panels.flatMap((column, i) =>
  measures.map((measure, j) => {
    const at = `${left + i * (width + gap)} ${top + j * (height + gap + 20)}`
    return `<g transform="translate(${at})">${panel(column, measure)}</g>`
  }),
)
const legend = ways.map(({ name, colour }, i) => {
  const x = left + i * 240
  return `<circle cx="${x}" cy="18" r="5" fill="${colour}"/>${text(x + 12, 22, name)}`
})
const total = [left + panels.length * (width + gap), top + measures.length * (height + gap + 20)]
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.join(' ')}" role="img" aria-label="Growth of a training step's time and memory" font-family="system-ui, sans-serif" font-size="12" fill="#808080">
${[...legend, ...columns].join('\n')}
</svg>
`
writeFileSync(file('../docs/growth.svg'), svg)
