import { join, resolve } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { writeReport } from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { reportTraining } from '../cli/report-training.ts'
import { demoReport } from './demo-report.ts'
import { demoReportData, demoResults } from './demo-results.ts'
import { demoModel, runDemo } from './run-demo.ts'
import { stageClock } from './stage-clock.ts'

interface DemoOptions {
  readonly out: string
  readonly seed: string
}

/** `policypatch demo`: trains a patch for a small model from scratch and shows what it does. */
export function demoCommand(): Command {
  return new Command('demo')
    .description(`train a safety patch for ${demoModel} and measure it on prompts it never saw`)
    .option(
      '--out <dir>',
      'folder for the patch, results.json and the run, which a stopped demo goes on from',
      'policypatch-demo',
    )
    .option('--seed <number>', 'seed of everything that is drawn', '0')
    .action(
      inContext<DemoOptions>(async (context, { out, seed }) => {
        const storage = fileStorage(resolve(out))
        const clock = stageClock()
        const outcome = await runDemo({
          load: () => context.loadModel(demoModel),
          storage,
          clock,
          seed: Number(seed),
          onTraining: reportTraining(context.progress),
          onEvaluation: context.progress.report,
          signal: context.signal,
        })
        await outcome.patch.save('patch', storage)
        const path = join(resolve(out), 'patch')
        const seconds = clock.seconds()
        const results = demoResults(outcome, path, seconds)
        await writeReport(storage, 'results.json', demoReportData(outcome, Number(seed)), results)
        context.progress.end()
        context.print(demoReport(outcome, path, seconds), results)
      }),
    )
}
