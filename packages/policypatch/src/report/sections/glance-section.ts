import type { PooledFigure } from '@policypatch/core/evaluate'
import { verdictOf } from '../figures/forest-rows.ts'
import { formatFigure, formatRange } from '../page/format-figure.ts'
import { capital, type Html, html } from '../page/html.ts'
import type { ReportContext, ReportMetric } from '../page/report-context.ts'
import { type SubjectStyle, subjectSymbol } from '../page/subject-style.ts'

/** A card for each domain: its first metric in large type, a track with all subjects, and the other metrics below. */
export function glanceSection(context: ReportContext): Html | undefined {
  const { main, metrics, domains } = context
  if (main === undefined) return undefined
  const cards = domains.flatMap((domain) => {
    const held = metrics.filter(
      (metric) => metric.domain === domain && has(metric, 'base') && has(metric, main),
    )
    const [headline, ...rest] = oneJudge(held)
    return headline ? [card(context, headline, rest, main)] : []
  })
  return cards.length > 0 ? html`<div class="cards">${cards}</div>` : undefined
}

const find = ({ figures }: ReportMetric, name: string) => figures.find(({ subject }) => subject === name)
const has = (metric: ReportMetric, name: string) => find(metric, name) !== undefined

/** Keeps each metric on each data set once, with the judge named first. */
function oneJudge(metrics: readonly ReportMetric[]): ReportMetric[] {
  const first = new Map<string, ReportMetric>()
  for (const metric of metrics) {
    const key = JSON.stringify([metric.metric, metric.data])
    if (!first.has(key)) first.set(key, metric)
  }
  return [...first.values()]
}

function card(
  context: ReportContext,
  headline: ReportMetric,
  rest: readonly ReportMetric[],
  main: string,
): Html {
  const { name } = context
  const { domain, metric, judge, data, unit, better, shares } = headline
  const base = find(headline, 'base') as PooledFigure
  const patched = find(headline, main) as PooledFigure
  const share = shares.get(main)
  return html`<article class="card">
<h3>${capital(domain)}</h3>
<p class="metric">${metric}, ${better} is better</p>
<p class="change"><span class="before">${formatFigure(base.value, unit)}</span><span class="arrow" role="img" aria-label="to">→</span><strong>${formatFigure(patched.value, unit)}</strong>
<span class="range">95% ${formatRange(patched, unit)}</span> ${verdict(headline, main)}</p>
${track(context, headline)}
<p class="source">${data}; judged by ${judge}; n = ${patched.n}${patched.bySeed.length > 1 && `, mean of ${patched.bySeed.length} seeds`}${
    share &&
    html`. ${name(main)} goes <b>${formatFigure(share.value, 'share')}</b> ${formatRange(share, 'share')} of the way to ${name('reference')}`
  }.</p>
${
  rest.length > 0 &&
  html`<table class="rest"><caption class="visually-hidden">Other metrics of ${domain}, base and ${main}</caption>
<thead class="visually-hidden"><tr><th scope="col">Metric</th><th scope="col">base</th><th scope="col">${main}</th><th scope="col">Verdict</th></tr></thead>
<tbody>${rest.slice(0, 6).map((other) => restRow(other, main))}</tbody></table>`
}
</article>`
}

function restRow(metric: ReportMetric, main: string): Html {
  const base = find(metric, 'base') as PooledFigure
  const patched = find(metric, main) as PooledFigure
  return html`<tr><th scope="row">${metric.metric} <span class="muted">${metric.data}</span></th>
<td>${formatFigure(base.value, metric.unit)}</td><td><span aria-hidden="true">→ </span>${formatFigure(patched.value, metric.unit)}</td><td>${verdict(metric, main)}</td></tr>`
}

/** How a metric changed, as a word in its colour. A drop may be a gain, and a rise a loss. */
function verdict(metric: ReportMetric, main: string): Html | undefined {
  const effect = metric.effects.find(({ subject }) => subject === main)
  if (!effect) return undefined
  const found = verdictOf(effect, metric)
  return html`<span class="verdict ${found}">${found === 'unclear' ? 'no clear change' : found}</span>`
}

/** Shows where each subject is on the scale, with its interval as a bar. */
function track({ styles }: ReportContext, { figures, unit, metric }: ReportMetric): Html {
  const ends = figures.flatMap(({ low, high }) => [low, high])
  const [least, most] = unit === 'share' ? [0, 1] : [Math.min(0, ...ends), Math.max(...ends) * 1.05]
  const place = (value: number) => ((100 * (value - least)) / (most - least || 1)).toFixed(2)
  const width = (low: number, high: number) =>
    Math.max(0.5, Number(place(high)) - Number(place(low))).toFixed(2)
  const said = figures.map(({ subject, value }) => `${subject} ${formatFigure(value, unit)}`).join(', ')
  const lanes = figures.map(({ subject, low, high, value }) => {
    const style = styles.get(subject) as SubjectStyle
    return html`<span class="lane" style="--c:${style.color}"><i style="left:${place(low)}%;width:${width(low, high)}%"></i><b style="left:${place(value)}%">${subjectSymbol(style)}</b></span>`
  })
  return html`<div class="track" role="img" aria-label="${metric}: ${said}">${lanes}<span class="ends"><span>${formatFigure(least, unit)}</span><span>${formatFigure(most, unit)}</span></span></div>`
}
