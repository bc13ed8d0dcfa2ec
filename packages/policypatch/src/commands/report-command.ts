import { fileStorage } from '@policypatch/backend-node'
import { garakReport, mergeReports, readReport, reportEffects } from '@policypatch/core/evaluate'
import { modelIndex } from '@policypatch/core/patch'
import { Command } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { recordEffects } from '../patches/record-effects.ts'
import { mainSubject } from '../report/page/report-context.ts'
import { renderReport } from '../report/render-report.ts'

interface ReportOptions {
  readonly out: string
  readonly garak?: string
  readonly modelCard?: boolean
  readonly record?: string
  readonly subject?: string
}

/** `report`: renders evaluations as a single HTML page, and in formats for other programs. */
export function reportCommand(): Command {
  const command = new Command('report')
    .description('write a report of measurements as a single HTML page')
    .argument('<data...>', 'JSON files written by eval or demo; several are combined')
    .option('--out <file>', 'output file for the page', 'report.html')
    .option('--garak <file>', "also write JSON Lines in garak's report format")
    .option('--model-card', 'also print the figures as front matter for a model card')
    .option('--record <folder>', "also write the figures into a patch's manifest and model card")
    .option('--subject <name>', 'subject for these three options (default: the patched model)')
    .action(inContext(report))
  return addExamples(
    command,
    ['A report of one evaluation', 'policypatch report evaluation.json'],
    [
      'A report of two, with the figures recorded in the patch',
      'policypatch report safety.json ability.json --out both.html --record patches/harmfulness',
    ],
  )
}

async function report(
  context: CommandContext,
  { out, garak, modelCard, record, ...options }: ReportOptions,
  paths: readonly string[],
): Promise<void> {
  const data = mergeReports(await Promise.all(paths.map((path) => readReport(path))))
  const subject = options.subject ?? mainSubject(data.measurements.map((one) => one.subject)) ?? 'patched'
  // Everything is prepared before anything is written, because the subject may be missing.
  const lines = garak === undefined ? [] : garakReport(data, { subject })
  const effects = reportEffects(data.measurements, { subject })
  const page = new TextEncoder().encode(await renderReport(data))
  if (record !== undefined) await recordEffects(record, effects, data.base)
  const storage = fileStorage()
  await storage.write(out, page)
  if (garak !== undefined) {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    await storage.write(garak, new TextEncoder().encode(text))
  }
  const index = modelCard ? modelIndex({ name: data.patch?.name ?? data.title, effects }) : []
  const { measurements, examples } = data
  context.print(
    [
      `${out}: ${measurements.length} measurements, ${examples.length} examples, ${(page.length / 1024).toFixed(0)} KiB`,
      ...(garak === undefined ? [] : [`${garak}: ${lines.length} lines`]),
      ...(record === undefined ? [] : [`${record}: ${effects.length} effects`]),
      ...index,
    ].join('\n'),
    {
      report: out,
      ...(garak !== undefined && { garak }),
      ...(record !== undefined && { recorded: record }),
      ...(modelCard && { modelIndex: index.join('\n') }),
    },
  )
}
