import { fileStorage } from '@policypatch/backend-node'
import {
  filterPairs,
  formatFilterSummary,
  formatPairsSummary,
  generatePairs,
  type PairsSummary,
} from '@policypatch/core'
import { Command } from 'commander'
import { inContext } from '../cli/command-context.ts'
import { integer } from '../cli/option-values.ts'
import {
  addPairOptions,
  judgeOf,
  type PairOptions,
  readPromptFiles,
  referenceOf,
} from '../cli/pair-options.ts'
import { resumable } from '../cli/resumable.ts'
import { runPrompts } from '../cli/run-prompts.ts'

interface PairsOptions extends PairOptions {
  readonly out: string
  readonly batchSize: number
}

/** `pairs`: preference pairs as a file to look at, edit and train on. */
export function pairsCommand(): Command {
  const command = new Command('pairs')
    .description('make preference pairs: chosen from the reference, rejected from the model')
    .requiredOption('--out <file>', 'the pairs, as JSON Lines')
    .option('--batch-size <n>', 'responses generated together', integer(1), 32)
  return addPairOptions(command).action(
    inContext<PairsOptions>(async (context, options) => {
      const { out, maxTokens, temperature, seed, format, batchSize } = options
      const { progress, signal } = context
      if (!options.prompts) return context.usageError('--prompts is needed')
      if (!options.reference) return context.usageError('--reference is needed')
      const given = await readPromptFiles(context, options.prompts, options)
      const judge = await judgeOf(context, options)
      const model = await context.loadModel(options.model)
      const reference = await referenceOf(context, model, options.reference, options)
      let made: PairsSummary | undefined
      const pairs = await resumable(progress, out, async () =>
        generatePairs({
          model,
          reference,
          prompts: await runPrompts(context, options, { prompts: given, model, reference, path: out }),
          judge,
          storage: fileStorage(),
          path: out,
          options: { maxTokens, temperature, seed, format, batchSize },
          onProgress: progress.report,
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
