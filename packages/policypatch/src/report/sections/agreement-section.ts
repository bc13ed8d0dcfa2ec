import type { JudgeAgreement } from '@policypatch/core/evaluate'
import { formatCount } from '../page/format-figure.ts'
import { type Html, html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'

/** How much each pair of judges agrees: Cohen's kappa with its interval, on a scale from chance to always. */
export function agreementSection({ data: { agreement } }: ReportContext): Html | undefined {
  if (agreement.length === 0) return undefined
  return html`<div class="scroll" tabindex="0"><table class="agreement">
<thead><tr><th scope="col">Judges</th><th scope="col">On</th><th scope="col">n</th><th scope="col">Agree</th><th scope="col">Cohen’s κ, 95%</th><th scope="col" class="scale"><span><span>0 chance</span><span>1 always</span></span></th></tr></thead>
<tbody>${agreement.map(row)}</tbody></table></div>`
}

function row({ domain, data, judges, n, observed, kappa }: JudgeAgreement): Html {
  return html`<tr><th scope="row">${judges[0]} <span class="muted">and</span> ${judges[1]}</th>
<td class="words">${domain}<br><span class="muted">${data}</span></td><td>${formatCount(n)}</td><td>${(100 * observed).toFixed(0)}%</td>
<td>${kappa ? html`<b>${figure(kappa.value)}</b> [${figure(kappa.low)}, ${figure(kappa.high)}]` : 'none: all verdicts are the same'}</td>
<td class="scale">${kappa !== null && scale(kappa)}</td></tr>`
}

const figure = (kappa: number) => kappa.toFixed(2).replace('-', '−')

function scale({ value, low, high }: NonNullable<JudgeAgreement['kappa']>): Html {
  const place = (x: number) => (100 * Math.min(1, Math.max(0, x))).toFixed(1)
  const width = (Number(place(high)) - Number(place(low))).toFixed(1)
  return html`<span class="bar" aria-hidden="true"><i style="left:${place(low)}%;width:${width}%"></i><b style="left:${place(value)}%"></b></span>`
}
