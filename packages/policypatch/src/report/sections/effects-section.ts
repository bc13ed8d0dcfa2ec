import type { Effect, PooledFigure } from '@policypatch/core/evaluate'
import { drawForest } from '../figures/forest-figure.ts'
import { forestRows, relativeChange } from '../figures/forest-rows.ts'
import {
  formatChange,
  formatChangeRange,
  formatFigure,
  formatP,
  formatRange,
  type Unit,
} from '../page/format-figure.ts'
import { capital, type Html, html } from '../page/html.ts'
import type { ReportContext, ReportMetric } from '../page/report-context.ts'

const units: readonly Unit[] = ['share', 'score', 'amount']

const captions: Readonly<Record<Unit, string>> = {
  share: 'Shares: change in points',
  score: 'Scores between 0 and 1: change',
  amount: "Other metrics: change in percent of the base model's figure",
}

/** The change of every subject from the base: a forest plot for each domain and unit, and a table of all figures. */
export async function effectsSection(context: ReportContext): Promise<Html | undefined> {
  const parts: Html[] = []
  for (const domain of context.domains) {
    const figures: Html[] = []
    for (const unit of units) {
      const rows = forestRows(context, domain, unit)
      if (rows.length === 0) continue
      const label = `Forest plot of ${domain}. ${captions[unit]}. The table below has the figures.`
      const [wide, narrow] = [
        await drawForest(context, rows, { unit, wide: true, label }),
        await drawForest(context, rows, { unit, wide: false, label }),
      ]
      figures.push(html`<figure class="forest"><figcaption>${captions[unit]}, with 95% intervals</figcaption>
<div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`)
    }
    const metrics = context.metrics.filter((metric) => metric.domain === domain)
    if (metrics.length === 0) continue
    parts.push(html`<div class="domain"><h3>${capital(domain)}</h3>${figures}
<details><summary>All figures for ${domain}</summary>${table(context, metrics)}</details></div>`)
  }
  if (parts.length === 0) return undefined
  return html`${tally(context)}${parts}`
}

/** Counts the figures that the main subject improves or worsens beyond doubt. */
function tally({ metrics, main, name }: ReportContext): Html | undefined {
  if (main === undefined) return undefined
  const turned = metrics.flatMap(({ effects, better }) =>
    effects
      .filter(({ subject }) => subject === main)
      .map(({ low, high }) => (better === 'higher' ? [low, high] : [-high, -low]) as [number, number]),
  )
  if (turned.length === 0) return undefined
  const bettered = turned.filter(([low]) => low > 0).length
  const worsened = turned.filter(([, high]) => high < 0).length
  return html`<p class="finding">Of ${turned.length} figures, ${name(main)} improves <b>${bettered}</b> and worsens <b>${worsened}</b>. The intervals of the other <b>${turned.length - bettered - worsened}</b> include zero.</p>`
}

function table({ name }: ReportContext, metrics: readonly ReportMetric[]): Html {
  return html`<div class="scroll" tabindex="0"><table class="figures">
<thead><tr><th scope="col">Subject</th><th scope="col">Figure</th><th scope="col">95%</th><th scope="col">Change</th><th scope="col">95%</th><th scope="col">p</th><th scope="col">n</th><th scope="col">Seeds</th></tr></thead>
${metrics.map(
  (
    metric,
  ) => html`<tbody><tr class="group"><th scope="rowgroup" colspan="8">${metric.metric} <span class="muted">${metric.data} · ${metric.judge} · ${metric.better} is better</span></th></tr>
${metric.figures.map((figure) => row(figure, metric, name))}</tbody>`,
)}</table></div>`
}

function row(figure: PooledFigure, metric: ReportMetric, name: ReportContext['name']): Html {
  const { unit, effects, figures } = metric
  const effect = effects.find(({ subject }) => subject === figure.subject)
  const base = figures.find(({ subject }) => subject === 'base')
  const seeds = figure.bySeed.length > 1 ? figure.bySeed.map(({ value }) => formatFigure(value, unit)) : []
  return html`<tr><th scope="row">${name(figure.subject)}</th><td title="${figure.method}">${formatFigure(figure.value, unit)}</td><td>${formatRange(figure, unit)}</td>
${effect && base ? change(effect, base, unit) : html`<td></td><td></td><td></td>`}<td>${figure.n}</td><td>${seeds.join(', ')}</td></tr>`
}

function change(effect: Effect, base: PooledFigure, unit: Unit): Html {
  const { value, ...range } = relativeChange(effect, base, unit)
  return html`<td title="${effect.method}">${formatChange(value, unit)}</td><td>${formatChangeRange(range, unit)}</td><td${effect.test !== undefined && html` title="${effect.test}"`}>${effect.p !== undefined && formatP(effect.p)}</td>`
}
