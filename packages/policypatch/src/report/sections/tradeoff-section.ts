import { drawTradeoff } from '../figures/tradeoff-figure.ts'
import { type TradeoffPanel, tradeoffPanels } from '../figures/tradeoff-panels.ts'
import { formatFigure, formatRange } from '../format-figure.ts'
import { type Html, html } from '../html.ts'
import type { ReportContext } from '../report-context.ts'

/** Refusal of what is harmful against refusal of what is not, for there is no safety in refusing all. */
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
