import type { TrainingCurve } from '@policypatch/core/evaluate'
import { drawCurves } from '../figures/curve-figure.ts'
import { drawDistribution } from '../figures/distribution-figure.ts'
import { binScores } from '../figures/score-bins.ts'
import { drawTradeoff, type TradeoffPanel, tradeoffPanels } from '../figures/tradeoff-figure.ts'
import { formatFigure, formatRange } from '../page/format-figure.ts'
import { capital, type Html, html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'

/** Refusal of harmful prompts against refusal of harmless ones: refusing everything is not safety. */
export async function tradeoffSection(context: ReportContext): Promise<Html | undefined> {
  const figures: Html[] = []
  for (const panel of tradeoffPanels(context)) {
    const { safety, cost } = panel
    const label = `${safety.metric} against ${cost.metric}. The table next to it has the figures.`
    figures.push(html`<figure class="tradeoff"><figcaption><b>Judged by ${safety.judge}</b>
<span class="muted">${safety.data}, n = ${safety.figures[0]?.n}; ${cost.data}, n = ${cost.figures[0]?.n}</span></figcaption>
${await drawTradeoff(context, panel, label)}
${table(context, panel)}</figure>`)
  }
  return figures.length > 0 ? html`<div class="grid tradeoffs">${figures}</div>` : undefined
}

function table({ name }: ReportContext, { safety, cost, points }: TradeoffPanel): Html {
  const cell = (value: number, low: number, high: number) =>
    html`<td>${formatFigure(value, 'share')} <span class="muted">${formatRange({ low, high }, 'share')}</span></td>`
  return html`<table class="rest"><thead><tr><th></th><th scope="col">${safety.metric}</th><th scope="col">${cost.metric}</th></tr></thead>
<tbody>${points.map(
    ({ subject, x, xLow, xHigh, y, yLow, yHigh }) =>
      html`<tr><th scope="row">${name(subject)}</th>${cell(y, yLow, yHigh)}${cell(x, xLow, xHigh)}</tr>`,
  )}</tbody></table>`
}

/** The distributions of scores, for metrics that are more than counts. */
export async function distributionsSection(context: ReportContext): Promise<Html | undefined> {
  const figures: Html[] = []
  for (const metric of context.metrics) {
    const scores = binScores(metric)
    if (scores.length === 0) continue
    const means = scores.map(({ subject, mean }) => `${subject} ${formatFigure(mean, metric.unit)}`)
    const label = `Distributions of ${metric.metric}; means: ${means.join(', ')}`
    figures.push(html`<figure><figcaption><b>${metric.metric}</b>
<span class="muted">${metric.data} · ${metric.judge} · n = ${metric.figures[0]?.n}</span></figcaption>
${await drawDistribution(context, metric, scores, label)}</figure>`)
  }
  return figures.length > 0 ? html`<div class="grid">${figures}</div>` : undefined
}

/** The curves of each stage, with all seeds of a metric in one figure. */
export async function curvesSection({ data, domains }: ReportContext): Promise<Html | undefined> {
  const parts: Html[] = []
  for (const domain of domains) {
    const held = data.curves.filter((curve) => curve.domain === domain && curve.points.length > 0)
    const groups = new Map<string, TrainingCurve[]>()
    for (const curve of held) {
      const key = JSON.stringify([curve.stage, curve.metric])
      groups.set(key, [...(groups.get(key) ?? []), curve])
    }
    const figures: Html[] = []
    for (const curves of groups.values()) {
      const [{ stage, metric }] = curves as [TrainingCurve, ...TrainingCurve[]]
      const label = `${metric} over the steps of ${stage}: ${curves.map(ends).join('; ')}`
      figures.push(html`<figure><figcaption><b>${metric}</b> <span class="muted">${stage.toUpperCase()}</span></figcaption>
${await drawCurves(curves, label)}</figure>`)
    }
    if (figures.length > 0)
      parts.push(html`<h3>${capital(domain)}</h3><div class="grid curves">${figures}</div>`)
  }
  return parts.length > 0 ? html`${parts}` : undefined
}

function ends({ points, seed }: TrainingCurve): string {
  const [from, to] = [points[0]?.[1], points.at(-1)?.[1]].map((value) => value?.toPrecision(3))
  return `${seed === undefined ? '' : `seed ${seed} `}from ${from} to ${to}`
}
