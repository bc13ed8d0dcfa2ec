import { importPackage } from '@policypatch/core/platform'
import type { TopLevelSpec } from 'vega-lite'
import { escapeHtml, Html, printable } from '../page/html.ts'

export type FigureSpec = TopLevelSpec

/** The fonts of the page. They are not used to measure text: labels get space by their length. */
const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

/** Configuration shared by all figures. Colours are the page's CSS variables, so that they follow its theme. */
const config = {
  font,
  background: 'transparent',
  padding: 2,
  view: { stroke: null },
  // The figure's label describes it as a whole.
  aria: false,
  axis: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    titleFontWeight: 500,
    labelFontSize: 11,
    titleFontSize: 11.5,
    titlePadding: 8,
    gridColor: 'var(--line)',
    domainColor: 'var(--line-strong)',
    tickColor: 'var(--line-strong)',
    labelPadding: 5,
  },
  text: { color: 'currentColor', fontSize: 12 },
  rule: { color: 'var(--line-strong)' },
} as const

/**
 * Draws a figure as SVG, without a browser. `label` is for screen readers. Vega is loaded with the first figure, because no other
 * command needs it.
 */
export async function drawFigure(spec: FigureSpec, label: string): Promise<Html> {
  const [vega, vegaLite] = await importPackage('vega vega-lite', 'which draw figures', () =>
    Promise.all([import('vega'), import('vega-lite')]),
  )
  const compiled = vegaLite.compile({ ...spec, config: { ...config, ...spec.config } } as FigureSpec)
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logger: silent(vega) })
  try {
    const svg = await view.toSVG()
    const [tag = ''] = svg.match(/^<svg [^>]*>/) ?? []
    // SVG inside HTML needs no namespaces, and the page must contain no URLs.
    const bare = tag.replace(/ (xmlns(:\w+)?|version|class)="[^"]*"/g, '')
    const labelled = bare.replace('<svg', `<svg role="img" aria-label="${escapeHtml(label)}"`)
    // The roles of its marks are for figures that describe themselves part by part.
    const marks = svg.slice(tag.length).replace(/ (role|aria-roledescription)="[^"]*"/g, '')
    return new Html(labelled + printable(marks))
  } finally {
    view.finalize()
  }
}

/** Logs only Vega's errors. */
const silent = (vega: typeof import('vega')) => vega.logger(vega.Error)
