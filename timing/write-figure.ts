import { writeFileSync } from 'node:fs'
import * as vega from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'

/** Legible on both light and dark pages. */
export const grey = '#808080'

/** Draws a figure in the style of the documentation, without a background, and writes it as SVG. */
export async function writeFigure(spec: TopLevelSpec, file: URL): Promise<void> {
  const styled: TopLevelSpec = {
    ...spec,
    config: {
      background: 'transparent',
      font: 'system-ui, sans-serif',
      view: { stroke: null },
      axis: { labelColor: grey, titleColor: grey, gridColor: '#8884', domainColor: grey, tickColor: grey },
    },
  }
  const view = new vega.View(vega.parse(compile(styled).spec), { renderer: 'none' })
  writeFileSync(file, `${await view.toSVG()}\n`)
  view.finalize()
}
