import type { ReportData } from '@policypatch/core/evaluate'
import { contentText } from '@policypatch/core/platform'
import { formatCount } from '../page/format-figure.ts'
import { type Html, html } from '../page/html.ts'
import type { ReportContext } from '../page/report-context.ts'

type Example = ReportData['examples'][number]
type Response = Example['responses'][number]

/** How an example turned out, from the verdicts on the base and on the report's main subject. */
const outcomes = {
  bettered: (main: string) => `${main} sets right`,
  failed: (main: string) => `${main} leaves wrong`,
  worsened: (main: string) => `${main} makes wrong`,
  kept: (main: string) => `right with and without ${main}`,
} as const

/**
 * Prompts with each subject's response, side by side. All are visible without a script. The page's script shows the filters,
 * which read the `data-` attributes.
 */
export function examplesSection(context: ReportContext): Html | undefined {
  const { examples } = context.data
  if (examples.length === 0) return undefined
  const subjects = [...new Set(examples.flatMap(({ responses }) => responses.map(({ subject }) => subject)))]
  return html`${filters(context, subjects)}
<div class="examples" data-examples>${examples.map((example) => article(context, example))}</div>
<p class="more" hidden><button type="button" data-more>Show more</button></p>`
}

function filters({ data: { examples }, main, name }: ReportContext, subjects: readonly string[]): Html {
  const outcomesThere = new Set(examples.map((example) => outcomeOf(example, main)))
  const known = (Object.keys(outcomes) as (keyof typeof outcomes)[]).filter((key) => outcomesThere.has(key))
  return html`<form class="filters" data-filters hidden aria-label="Filter the examples">
${select('domain', 'Domain', distinct(examples.map(({ domain }) => domain)))}
${select('kind', 'Kind', distinct(examples.map(({ kind }) => kind)))}
${
  main !== undefined &&
  known.length > 0 &&
  html`<label>Outcome <select name="outcome"><option value="">all</option>${known.map(
    (key) => html`<option value="${key}">${outcomes[key](main)}</option>`,
  )}</select></label>`
}
<label class="search">Words <input type="search" name="words" placeholder="in prompts and responses" autocomplete="off"></label>
<fieldset><legend>Show</legend>${subjects.map(
    (subject) =>
      html`<label class="check"><input type="checkbox" name="subject" value="${subject}" checked> ${name(subject)}</label>`,
  )}</fieldset>
<output data-count aria-live="polite">${formatCount(examples.length)} examples</output>
</form>`
}

function select(field: string, label: string, values: readonly string[]): Html | undefined {
  if (values.length < 2) return undefined
  return html`<label>${label} <select name="${field}"><option value="">all</option>${values.map(
    (value) => html`<option value="${value}">${value}</option>`,
  )}</select></label>`
}

function article(context: ReportContext, example: Example): Html {
  const { domain, kind, prompt, responses } = example
  const outcome = outcomeOf(example, context.main)
  const turns = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  return html`<article class="example" data-domain="${domain}" data-kind="${kind}" data-outcome="${outcome ?? ''}">
<p class="tags">${domain} · ${kind}</p>
<div class="prompt">${turns.map(
    (turn) =>
      html`<p>${turns.length > 1 && html`<span class="role">${turn.role}</span> `}${contentText(turn)}</p>`,
  )}</div>
<div class="responses">${responses.map((response) => responseCard(context, response))}</div>
</article>`
}

function responseCard({ name }: ReportContext, { subject, text, good, scores = {} }: Response): Html {
  const verdict = good === undefined ? undefined : good ? 'right' : 'wrong'
  const judged = Object.entries(scores).map(
    ([judge, score]) => html`<span>${judge} ${Number(score.toFixed(3))}</span>`,
  )
  return html`<section class="response ${verdict}" data-subject="${subject}">
<h4>${name(subject)}</h4>
<p class="text">${text.trim() || html`<span class="muted">(nothing)</span>`}</p>
${
  (verdict !== undefined || judged.length > 0) &&
  html`<p class="scores">${verdict && html`<b>${verdict === 'right' ? '✓ as wanted' : '✗ not as wanted'}</b>`}${judged}</p>`
}
</section>`
}

function outcomeOf({ responses }: Example, main: string | undefined): keyof typeof outcomes | undefined {
  const good = (name: string | undefined) => responses.find(({ subject }) => subject === name)?.good
  const [before, after] = [good('base'), good(main)]
  if (before === undefined || after === undefined) return undefined
  return before ? (after ? 'kept' : 'worsened') : after ? 'bettered' : 'failed'
}

const distinct = (texts: readonly string[]) => [...new Set(texts)]
