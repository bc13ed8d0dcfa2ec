import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ReportData } from '@policypatch/core/evaluate'
import { drawFigure, type FigureSpec } from '../../packages/policypatch/src/report/figures/draw-figure.ts'
import { drawForest } from '../../packages/policypatch/src/report/figures/forest-figure.ts'
import { forestRows } from '../../packages/policypatch/src/report/figures/forest-rows.ts'
import { formatFigure } from '../../packages/policypatch/src/report/page/format-figure.ts'
import { reportContext } from '../../packages/policypatch/src/report/page/report-context.ts'
import { subjectStyles } from '../../packages/policypatch/src/report/page/subject-style.ts'
import { renderReport } from '../../packages/policypatch/src/report/render-report.ts'
import { base as site } from './built-site.ts'
import { writeFigure } from './write-figure.ts'
import { escapeMarkdown, table, writePage } from './write-page.ts'

const results = fileURLToPath(new URL('../../compare/results/', import.meta.url))
const read = <T>(name: string) => JSON.parse(readFileSync(`${results}${name}.json`, 'utf8')) as T

/** Results drawn by `policypatch report`. */
const reports = ['domains', 'compose'] as const

const printed = [
  ['step', 'Time and memory of a training step', 'npm run compare:step'],
  ['train', 'A full training run', 'npm run compare:train'],
  ['generate', 'Generation', 'npm run compare:generate'],
  ['overhead', 'The overhead of a patch in generation', 'npm run compare:overhead'],
] as const

interface Selectivity {
  readonly command: string
  readonly created: string
  readonly base: string
  readonly rows: readonly {
    readonly name: string
    readonly mean: number
    readonly base?: number
    readonly reference?: number
    readonly ungated?: number
    readonly n?: number
    readonly isRate?: boolean
    readonly bar?: { readonly least?: number; readonly most?: number }
    readonly reached?: boolean
  }[]
}

/** Writes the results pages, along with the full reports. Returns the number of pages. */
export async function writeResults(docs: string): Promise<number> {
  const pages = [
    {
      name: 'index',
      title: 'Results',
      text: `${head}\n\n${await selectivitySection(docs, read('selectivity'))}`,
    },
  ]
  for (const name of reports) {
    const { report } = read<{ readonly report: ReportData }>(name)
    await writePage(`${docs}public/reports/${name}.html`, await renderReport(report))
    pages.push({ name, title: report.title, text: await reportSection(docs, name, report) })
  }
  pages.push({ name: 'time-and-memory', title: 'Time and memory', text: printedSections() })
  for (const { name, title, text } of pages) {
    await writePage(`${docs}results/${name}.md`, `# ${title}\n\n${text}`)
  }
  const sidebar = pages.slice(1).map(({ name, title }) => ({ text: title, link: `/results/${name}` }))
  await writePage(`${docs}results/sidebar.json`, JSON.stringify(sidebar))
  return pages.length + reports.length
}

const head = `All figures come from the files in \`compare/results\`. These pages are generated from them when the site is built. Each page
names the command that reproduces its results.`

const printedSections = (): string =>
  printed
    .map(
      ([name, title, command]) =>
        `## ${title}\n\n\`${command}\`\n\n\`\`\`text\n${readFileSync(`${results}${name}.txt`, 'utf8').trim()}\n\`\`\``,
    )
    .join('\n\n')

const selectivityLabel =
  'Share refused by the base model, the reference and the patch, with one row per set of prompts. The table has the figures.'

async function selectivitySection(
  docs: string,
  { command, created, base, rows }: Selectivity,
): Promise<string> {
  const shares = rows.filter(({ name, isRate }) => isRate && name.startsWith('refused: '))
  const value = (share: number | undefined) => (share === undefined ? '' : formatFigure(share, 'share'))
  const cells = rows
    .filter(({ isRate }) => isRate)
    .map((row) => [
      escapeMarkdown(row.name),
      value(row.base),
      value(row.reference),
      `**${value(row.mean)}**`,
      value(row.ungated),
      `${row.n ?? ''}`,
    ])
  const [wide, narrow] = await Promise.all([dotPlot(shares, true), dotPlot(shares, false)])
  return `## A safety patch with a gate

${escapeMarkdown(base)}, three training seeds, test prompts from other sources. \`${command}\`, ${created.slice(0, 10)}.
[The rows are explained here](../selectivity.md).

${await writeFigure(docs, 'selectivity', selectivityLabel, { wide, narrow })}

<details><summary>All shares</summary>

${table(['share', 'base', 'reference', 'patch', 'without its gate', 'n'], cells)}

</details>`
}

/** Plots shares of one kind below each other, with a symbol for each subject. */
async function dotPlot(rows: Selectivity['rows'], wide: boolean): Promise<string> {
  const values = rows.flatMap(({ name, base, reference, mean }) => {
    const kind = name.replace('refused: ', '')
    return Object.entries({ base, reference, patched: mean }).flatMap(([subject, share]) =>
      share === undefined ? [] : [{ kind, subject, share }],
    )
  })
  const styles = subjectStyles(['base', 'reference', 'patched'])
  const of = (pick: 'color' | 'shape') => [...styles.values()].map((style) => style[pick])
  const legend = { title: null, orient: 'top', labelColor: 'currentColor' } as const
  const scale = (range: readonly string[]) => ({ domain: [...styles.keys()], range: [...range] })
  const spec = {
    data: { values },
    width: wide ? 420 : 120,
    height: { step: 22 },
    mark: { type: 'point', filled: true, size: 80, opacity: 1 },
    encoding: {
      y: {
        field: 'kind',
        type: 'nominal',
        sort: null,
        title: null,
        axis: {
          labelLimit: 260,
          labelColor: 'currentColor',
          ticks: false,
          domain: false,
          grid: true,
        },
      },
      x: {
        field: 'share',
        type: 'quantitative',
        scale: { domain: [0, 1] },
        axis: { format: '.0%', title: 'share refused', tickCount: wide ? 5 : 2 },
      },
      color: { field: 'subject', type: 'nominal', scale: scale(of('color')), legend },
      shape: { field: 'subject', type: 'nominal', scale: scale(of('shape')), legend },
    },
  } as FigureSpec
  return (await drawFigure(spec, selectivityLabel)).markup
}

async function reportSection(docs: string, name: string, report: ReportData): Promise<string> {
  const context = reportContext(report)
  const subjects = new Set(context.metrics.flatMap(({ effects }) => effects.map(({ subject }) => subject)))
  const legend = [...subjects].map((subject) => context.name(subject).markup).join(' ')
  const figures: string[] = []
  for (const domain of context.domains) {
    const rows = forestRows(context, domain, 'share')
    if (rows.length === 0) continue
    const label = `Change in ${domain}, in points compared with the base model, with 95% intervals. The full report has the figures.`
    const draw = async (wide: boolean) =>
      (await drawForest(context, rows, { unit: 'share', wide, label })).markup
    figures.push(`## ${domain.charAt(0).toUpperCase()}${domain.slice(1)}

${await writeFigure(docs, `${name}-${domain}`, label, { wide: await draw(true), narrow: await draw(false) })}`)
  }
  return `${escapeMarkdown(report.base)}, ${report.created.slice(0, 10)}. \`npm run compare:${name}\`.
<a href="${site}reports/${name}.html" target="_self">The full report</a> has all figures, examples and settings.

<p class="legend">${legend}</p>

${figures.join('\n\n')}`
}
