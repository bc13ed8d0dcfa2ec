import { importPackage } from '@policypatch/core/platform'
import type { TopLevelSpec } from 'vega-lite'
import { escapeHtml, Html, printable } from '../page/html.ts'

export type FigureSpec = TopLevelSpec

/** The fonts of the page. No text of a figure is measured in them: labels are given room by their length. */
const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

/** What all figures share. Colours are the page's CSS variables, so that they change with it. */
const config = {
  font,
  background: 'transparent',
  padding: 2,
  view: { stroke: null },
  // The figure's text speaks for all of it.
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
 * Draws a figure as SVG, with no browser. `label` is what is read to those who do not see it. Vega is loaded when the
 * first is drawn: no other command needs it.
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
    // Inside a page it needs no namespaces, and this one is to hold no address.
    const bare = tag.replace(/ (xmlns(:\w+)?|version|class)="[^"]*"/g, '')
    const labelled = bare.replace('<svg', `<svg role="img" aria-label="${escapeHtml(label)}"`)
    // The roles of its marks are for figures that speak for themselves part by part.
    const marks = svg.slice(tag.length).replace(/ (role|aria-roledescription)="[^"]*"/g, '')
    return new Html(labelled + printable(marks))
  } finally {
    view.finalize()
  }
}

/** Of what Vega says, only errors. */
const silent = (vega: typeof import('vega')) => vega.logger(vega.Error)
