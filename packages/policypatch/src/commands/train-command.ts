import { fileStorage } from '@policypatch/backend-node'
import {
  describeProblems,
  formatOutcome,
  PatchError,
  readPairs,
  type TrainOutcome,
  type TrainPatchOptions,
  trainPatch,
} from '@policypatch/core'
import { Command } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { describePatch } from '../cli/describe-patch.ts'
import { addExamples } from '../cli/help.ts'
import { addFreshOption, keptRun } from '../cli/kept-run.ts'
import {
  addPairOptions,
  judgeOf,
  type PairOptions,
  readPromptFiles,
  referenceOf,
  rowsOptions,
} from '../cli/pair-options.ts'
import { renderTable } from '../cli/render-table.ts'
import { reportTraining } from '../cli/report-training.ts'
import { contextsOf } from '../cli/run-prompts.ts'
import { addTrainingOptions, type TrainingOptions, trainingOf } from '../cli/training-options.ts'

interface TrainOptions extends PairOptions, TrainingOptions {
  readonly pairs?: string
  readonly run?: string
  readonly fresh?: true
}

/** `train`: a patch from prompts and a reference, or from pairs. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a patch; a stopped run goes on when the same command is given again')
    .option('--pairs <file>', 'ready-made pairs instead of prompts')
    .option('--run <directory>', 'where the run is kept (default: the patch directory with .run)')
  addTrainingOptions(addPairOptions(addFreshOption(command)))
  addExamples(
    command,
    [
      'To refuse as recorded answers do',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference recorded:answers.jsonl --out patches/harmfulness',
    ],
    [
      'To answer some prompts in JSON, by recorded answers, and leave others as they are',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts orders.jsonl --reference recorded:orders.jsonl --judge json:order.schema.json --out patches/orders',
    ],
    [
      'Of pairs that were looked at',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --pairs pairs.jsonl --out patches/harmfulness --seed 1',
    ],
  )
  return command.action(
    inContext<TrainOptions>(async (context, options) => {
      const { out, seed, format, maxTokens, temperature } = options
      const directory = options.run ?? `${out.replace(/[/\\]+$/, '')}.run`
      const storage = fileStorage()
      const data = await dataOf(context, options)
      const judge = await judgeOf(context, options)
      const contexts = await contextsOf(options.contexts)
      const openReference = options.reference && (await referenceOf(context, options.reference, options))
      const model = await context.loadModel(options.model)
      const reference = await openReference?.({ model, modelId: options.model })
      const run = {
        ...{ place: directory, option: '--run' as const, fresh: options.fresh },
        folders: [directory, `${directory}/check`],
      }
      const patch = await keptRun(context.progress, run, async () =>
        trainPatch({
          ...trainingOf(options),
          ...data,
          ...(options.everyday !== undefined && { everyday: options.everyday }),
          ...(contexts && { contexts }),
          model,
          ...(reference && { reference }),
          judge,
          format,
          generation: { maxTokens, temperature },
          seed,
          storage,
          directory,
          // Every step, so that Ctrl-C loses none.
          checkpointEvery: 1,
          onProgress: reportTraining(context.progress),
          signal: context.signal,
        }),
      )
      await patch.save(out)
      const { outcome } = patch
      const looked = outcome ? `\n\n${formatOutcome(outcome, renderTable)}` : ''
      context.print(`${out}\n${describePatch(patch)}${looked}`, {
        ...{ directory: out, ...(outcome && { outcome }) },
        bytes: patch.bytes,
        parameters: patch.parameters,
        manifest: patch.manifest,
      })
      if (outcome) failWhereItFails(outcome, out)
    }),
  )
}

async function dataOf(
  context: CommandContext,
  options: TrainOptions,
): Promise<Pick<TrainPatchOptions, 'pairs' | 'prompts'>> {
  const { pairs, prompts, reference, everyday, contexts } = options
  if (pairs !== undefined && prompts) context.usageError('--pairs and --prompts exclude each other')
  if (pairs !== undefined && ((everyday ?? 0) > 0 || contexts !== undefined)) {
    context.usageError('--everyday and --contexts go with --prompts; give them to `pairs` instead')
  }
  if (pairs !== undefined)
    return { pairs: await readPairs(fileStorage(), pairs, rowsOptions(context, options)) }
  if (!prompts) return context.usageError('--prompts or --pairs is needed')
  if (!reference) return context.usageError('--prompts needs a --reference')
  return { prompts: await readPromptFiles(context, prompts, options) }
}

/** The patch is kept to be looked at, but who trains it in a script must not go on with it. */
function failWhereItFails(outcome: TrainOutcome, out: string): void {
  if (outcome.problems.length === 0) return
  throw new PatchError('TRAINING_FAILED', {
    expected: 'a patch that does what it shall on prompts that training never saw',
    found: describeProblems(outcome).replace(/\.$/, ''),
    remedy:
      `Look at the answers above and at the pairs; give more prompts, other answers to learn or more steps. The patch is in ${out} all ` +
      'the same; --no-check leaves this look out',
  })
}
