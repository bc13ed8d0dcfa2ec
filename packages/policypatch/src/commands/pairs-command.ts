import { fileStorage } from '@policypatch/backend-node'
import {
  filterPairs,
  formatFilterSummary,
  formatPairsSummary,
  formatReferenceShare,
  generatePairs,
  type PairsSummary,
} from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { addExamples, requireOptions } from '../cli/help.ts'
import { addFreshOption, keptRun } from '../cli/kept-run.ts'
import { integer } from '../cli/option-values.ts'
import {
  addPairOptions,
  judgeOf,
  type PairOptions,
  readPromptFiles,
  referenceOf,
} from '../cli/pair-options.ts'
import type { ReferenceSpec } from '../cli/reference-spec.ts'
import { contextsOf, runPrompts } from '../cli/run-prompts.ts'

interface PairsOptions extends PairOptions {
  readonly out: string
  readonly prompts: readonly string[]
  readonly reference: ReferenceSpec
  readonly fresh?: true
  readonly batchSize: number
}

/** `pairs`: preference pairs as a file to look at, edit and train on. */
export function pairsCommand(): Command {
  const command = new Command('pairs')
    .description('make preference pairs: chosen from the reference, rejected from the model')
    .option('--out <file>', 'the pairs, as JSON Lines')
    .option('--batch-size <n>', 'responses generated together', integer(1), 32)
  requireOptions(addPairOptions(addFreshOption(command)), '--out', '--prompts', '--reference')
  addExamples(
    command,
    [
      'Pairs by a safety prompt, to look at and edit',
      'policypatch pairs --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference system-prompt --out pairs.jsonl',
    ],
    [
      'Answers in JSON, recorded from a better model',
      'policypatch pairs --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference recorded:answers.jsonl --judge json --kind target --out pairs.jsonl',
    ],
  )
  return command.action(
    inContext<PairsOptions>(async (context, options) => {
      const { out, maxTokens, temperature, seed, format, batchSize } = options
      const { progress, signal } = context
      const given = await readPromptFiles(context, options.prompts, options)
      const judge = await judgeOf(context, options)
      const contexts = await contextsOf(options.contexts)
      const openReference = await referenceOf(context, options.reference, options)
      const model = await context.loadModel(options.model)
      const reference = await openReference({ model, modelId: options.model })
      let made: PairsSummary | undefined
      const run = { place: out, option: '--out', fresh: options.fresh, prefix: out } as const
      const pairs = await keptRun(progress, run, async () =>
        generatePairs({
          model,
          reference,
          prompts: await runPrompts(context, options, {
            prompts: given,
            model,
            reference,
            contexts,
            path: out,
          }),
          judge,
          storage: fileStorage(),
          path: out,
          options: { maxTokens, temperature, seed, format, batchSize },
          onProgress: progress.report,
          onReference: (share) => formatReferenceShare(share).split('\n').forEach(progress.line),
          onSummary: (summary) => {
            made = summary
          },
          signal,
        }),
      )
      const { summary } = filterPairs(pairs)
      const told = made ? formatPairsSummary(made) : `${pairs.length} pairs.`
      context.print(`${out}: ${told} ${formatFilterSummary(summary)}`, {
        file: out,
        pairs: pairs.length,
        ...(made && { prompts: made.prompts, reference: made.reference }),
        filter: summary,
      })
    }),
  )
}
