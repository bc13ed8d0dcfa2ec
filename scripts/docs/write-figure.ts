import { pageStyle } from '../../packages/policypatch/src/report/page/page-style.ts'
import { writePage } from './write-page.ts'

/** A report figure in its wide and narrow forms, as SVG that takes its colours from CSS. */
export interface Figure {
  readonly wide: string
  readonly narrow: string
}

/** The report's colours, by CSS variable. */
const [light, dark] = [...pageStyle.matchAll(/:root \{(.*?)\}/gs)].map(
  ([, rules = '']) =>
    new Map([...rules.matchAll(/(--[\w-]+): (#\w+)/g)].map(([, name = '', color = '']) => [name, color])),
)

/**
 * Writes a figure as separate images, which keeps it out of the page's script. Returns HTML that shows the one that fits. `label`
 * is for screen readers.
 */
export async function writeFigure(
  docs: string,
  name: string,
  label: string,
  figure: Figure,
): Promise<string> {
  const pictures: string[] = []
  for (const [scheme, colors] of Object.entries({ light, dark })) {
    const address = (form: string) => `/figures/${name}-${form}-${scheme}.svg`
    for (const [form, svg] of Object.entries(figure)) {
      await writePage(`${docs}public${address(form)}`, standalone(svg, colors ?? new Map()))
    }
    const [, width = '', height = ''] = figure.wide.match(/ width="([\d.]+)" height="([\d.]+)"/) ?? []
    pictures.push(
      `<picture class="only-${scheme}"><source media="(max-width: 46rem)" srcset="${address('narrow')}">` +
        `<img src="${address('wide')}" alt="${label}" width="${width}" height="${height}" loading="lazy"></picture>`,
    )
  }
  return `<figure>${pictures.join('')}</figure>`
}

const standalone = (svg: string, colors: ReadonlyMap<string, string>): string =>
  svg
    .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/currentColor/g, colors.get('--ink') ?? '')
    .replace(/var\((--[\w-]+)\)/g, (variable, color) => {
      const value = colors.get(color)
      if (value === undefined) throw new Error(`the style of reports has no color ${variable}`)
      return value
    })
