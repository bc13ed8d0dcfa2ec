import { createHash } from 'node:crypto'
import type { ReportData } from '@policypatch/core/evaluate'
import { Html, html } from './page/html.ts'
import { pageScript } from './page/page-script.ts'
import { pageStyle } from './page/page-style.ts'
import { reportContext } from './page/report-context.ts'
import { agreementSection } from './sections/agreement-section.ts'
import { effectsSection } from './sections/effects-section.ts'
import { examplesSection } from './sections/examples-section.ts'
import { curvesSection, distributionsSection, tradeoffSection } from './sections/figure-sections.ts'
import { glanceSection } from './sections/glance-section.ts'
import { headerSection } from './sections/header-section.ts'
import { settingsSection } from './sections/settings-section.ts'

interface Section {
  readonly id: string
  readonly title: string
  readonly intro: string
  readonly body: Html | undefined
  /** Whether the section is collapsed until the reader opens it. */
  readonly closed?: true
}

/**
 * Renders the report as a single HTML page with SVG figures, its stylesheet, and a script that filters the examples. The page
 * loads nothing else, which its content security policy enforces. Without the script it shows the same.
 *
 * @throws as `analyzeMeasurements`
 */
export async function renderReport(data: ReportData): Promise<string> {
  const context = reportContext(data)
  const all: readonly Section[] = [
    {
      id: 'glance',
      title: 'At a glance',
      intro: 'The first metric of each domain, before and after, and what else changed.',
      body: glanceSection(context),
    },
    {
      id: 'effects',
      title: 'What changed',
      intro:
        'Each subject compared with the base model, on the same prompts. Right of the line is better, for every metric. A bar that crosses the line may mean no change.',
      body: await effectsSection(context),
    },
    {
      id: 'tradeoff',
      title: 'Safety and over-refusal',
      intro:
        'A model that refuses everything is safe but useless. The upper left is best: harmful prompts refused, harmless ones answered. Small symbols are single training seeds.',
      body: await tradeoffSection(context),
    },
    {
      id: 'distributions',
      title: 'Distribution of scores',
      intro:
        'A mean can hide a tail. Each bar is a share of the units, over all seeds. The line is their mean.',
      body: await distributionsSection(context),
      closed: true,
    },
    {
      id: 'training',
      title: 'Training',
      intro: 'The metrics of each stage by step: raw values are faint, the running mean is solid.',
      body: await curvesSection(context),
      closed: true,
    },
    {
      id: 'examples',
      title: 'Examples, side by side',
      intro:
        'Responses of the subjects to the same prompts. Models and other people wrote these texts, not us.',
      body: examplesSection(context),
      closed: true,
    },
    {
      id: 'agreement',
      title: 'Do the judges agree?',
      intro:
        'Two judges of the same responses: how often they agree, and Cohen’s κ, which corrects for chance.',
      body: agreementSection(context),
      closed: true,
    },
    {
      id: 'settings',
      title: 'How it was measured',
      intro: 'The command, the settings and the statistical methods.',
      body: settingsSection(context),
      closed: true,
    },
  ]
  const sections = all.filter(({ body }) => body !== undefined)
  const links = sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${new Html(hashOf(pageScript))}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${data.title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
${headerSection(context, links)}
<main>
${sections.map(sectionOf)}
</main>
<script>${new Html(pageScript)}</script>
</body>
</html>
`
  return page.markup
}

/** Following a link to something inside closed details opens them, so a closed section has its anchor inside. */
function sectionOf({ id, title, intro, body, closed }: Section): Html {
  const heading = html`<h2 id="${id}-title">${title}</h2>`
  if (!closed) {
    return html`<section id="${id}" aria-labelledby="${id}-title">
${heading}
<p class="intro">${intro}</p>
${body}
</section>`
  }
  return html`<section aria-labelledby="${id}-title">
<details><summary>${heading}</summary>
<p class="intro" id="${id}">${intro}</p>
${body}
</details>
</section>`
}

const hashOf = (script: string) => `sha256-${createHash('sha256').update(script).digest('base64')}`
