import type { WorkerShare } from '@policypatch/core/evaluate'
import { type Html, html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'

/** The command to reproduce the report, all settings, and how the intervals are computed. */
export function settingsSection({ data: { command, settings, base, patch, ran } }: ReportContext): Html {
  const rows = [...flat(settings), ['base', base] as const, ...(patch ? flat({ patch }) : [])]
  return html`${
    command !== '' &&
    html`<h3>Command</h3><div class="command"><pre><code>${command}</code></pre><button type="button" data-copy hidden>Copy</button></div>`
  }
<h3>Settings</h3>
<table class="settings"><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
${ran && ranTable(ran)}
<h3>Intervals and tests</h3>
<p>All intervals are 95%. A single share has Wilson’s interval, any other mean a bootstrap interval over its n units. Over several training seeds, seeds and units are resampled together (crossed bootstrap). Without scores of single units, the half-widths over units and over seeds are added in quadrature. Changes are paired on the same units if both subjects have scores for them. p is for no change: McNemar’s exact test for one seed’s verdicts, otherwise the paired bootstrap with fixed seeds. Nothing is corrected for multiple comparisons.</p>`
}

function ranTable(ran: readonly WorkerShare[]): Html {
  const row = ({ worker, host, shards, rows, seconds }: WorkerShare) =>
    html`<tr><th scope="row">${worker}</th><td>${host}</td><td>${shards}</td><td>${rows}</td><td>${seconds.toFixed(1)}</td></tr>`
  return html`<h3>What ran where</h3>
<table><thead><tr><th scope="col">worker</th><th scope="col">host</th><th scope="col">shards</th><th scope="col">rows</th><th scope="col">seconds at work</th></tr></thead>
<tbody>${ran.map(row)}</tbody></table>`
}

/** Flattens JSON values by path. Lists of plain values share one row. */
function flat(value: unknown, path = ''): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  const inner = Object.entries(value)
  const plain = Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null)
  if (plain || inner.length === 0) return [[path, plain ? value.join(', ') || 'none' : 'none']]
  return inner.flatMap(([key, one]) => flat(one, path === '' ? key : `${path}.${key}`))
}
