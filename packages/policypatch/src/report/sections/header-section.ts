import { formatCount } from '../page/format-figure.ts'
import { type Html, html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'

/** What the report is about, and what readers need to know first. */
export function headerSection({ data, metrics, styles, name }: ReportContext, links: readonly Html[]): Html {
  const { title, created, base, patch, notice, measurements } = data
  const seeds = new Set(measurements.flatMap(({ seed }) => (seed === undefined ? [] : [seed])))
  const facts: readonly (readonly [string, Html])[] = [
    ['Base model', html`<code>${base}</code>`],
    ...(patch
      ? [
          [
            'Patch',
            html`<code>${patch.name}@${patch.version}</code>, ${formatCount(patch.parameters)} parameters in ${size(patch.bytes)}`,
          ] as const,
        ]
      : []),
    [
      'Measured',
      html`${metrics.length} metrics on ${styles.size} subjects${seeds.size > 0 && `, ${seeds.size} training ${seeds.size === 1 ? 'seed' : 'seeds'}`}`,
    ],
    ['Made', html`<time datetime="${created}">${created.slice(0, 10)}</time>`],
  ]
  return html`<header class="top">
<p class="kicker">policypatch report</p>
<h1>${title}</h1>
${notice && html`<p class="notice" role="note">${notice}</p>`}
<dl class="facts">${facts.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<ul class="legend" aria-label="Subjects and their symbols">${[...styles.keys()].map((subject) => html`<li>${name(subject)}</li>`)}</ul>
<nav aria-label="Sections"><ul>${links.map((link) => html`<li>${link}</li>`)}</ul></nav>
</header>`
}

function size(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e3).toFixed(0)} kB`
}
