import { join, resolve } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { writeReport } from '@policypatch/core/evaluate'
import { Command } from 'commander'
import { addModelOptions, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { addFreshOption, keptRun } from '../cli/kept-run.ts'
import { integer } from '../options/option-values.ts'
import { reportTraining } from '../train/report-training.ts'
import { demoReport, demoReportData, demoResults } from './demo-report.ts'
import { demoModel, runDemo } from './run-demo.ts'
import { stageClock } from './stage-clock.ts'

interface DemoOptions {
  readonly out: string
  readonly seed: number
  readonly fresh?: true
}

/** `policypatch demo`: trains a patch for a small model from scratch and shows what it does. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description(`train a safety patch for ${demoModel} and measure it on held-out prompts`)
    .option(
      '--out <dir>',
      'folder for the patch, results.json and the state of the run, from which a stopped demo resumes',
      'policypatch-demo',
    )
    .option('--seed <n>', 'random seed', integer(0), 0)
  addExamples(
    addModelOptions(addFreshOption(command)),
    ['Takes four to eight minutes on two cores', 'policypatch demo'],
    ['Another seed, in another folder', 'policypatch demo --out demo-1 --seed 1'],
  )
  return command.action(
    inContext<DemoOptions>(async (context, { out, seed, fresh }) => {
      const storage = fileStorage(resolve(out))
      const clock = stageClock()
      const run = {
        ...{ place: out, option: '--out' as const, fresh },
        folders: ['run', 'run/evaluation'].map((folder) => join(out, folder)),
      } as const
      const outcome = await keptRun(context.progress, run, () =>
        runDemo({
          load: () => context.loadModel(demoModel),
          storage,
          clock,
          seed,
          onTraining: reportTraining(context.progress),
          onEvaluation: context.progress.report,
          signal: context.signal,
        }),
      )
      await outcome.patch.save({ storage, path: 'patch' })
      const path = join(resolve(out), 'patch')
      const results = demoResults(outcome, path, clock)
      await writeReport({ storage, path: 'results.json' }, demoReportData(outcome, seed), results)
      context.progress.end()
      context.print(demoReport(outcome, path, clock), results)
    }),
  )
}
