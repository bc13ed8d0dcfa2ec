import { fileStorage } from '@policypatch/backend-node'
import { filterPairs, generatePairs, type PatchPrompt, type PreferencePair } from '@policypatch/core'
import {
  type FilterOptions,
  formatFilterSummary,
  formatPairsSummary,
  formatReferenceShare,
  type PairsSummary,
} from '@policypatch/core/pairs'
import { writeJsonLines } from '@policypatch/core/platform'
import { Command } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples, requireOption, requireOptions } from '../cli/help.ts'
import { addFreshOption, keptRun } from '../cli/kept-run.ts'
import { addClusterOptions } from '../cluster/on-cluster.ts'
import { type DomainSpec, findDomain, isUsual, promptsOfDomain } from '../options/domain-spec.ts'
import { findReferenceSource } from '../options/open-reference.ts'
import { integer } from '../options/option-values.ts'
import {
  addPairOptions,
  judgeOf,
  type PairOptions,
  promptsOf,
  referenceOf,
  refuseBesideDomain,
} from '../options/pair-options.ts'
import { type ReferenceSpec, referenceSettings } from '../options/reference-spec.ts'
import { makeDomainPairs } from '../train/domain-pairs.ts'
import { contextsOf, runPrompts } from '../train/run-prompts.ts'

interface PairsOptions extends PairOptions {
  readonly out: string
  readonly reference: ReferenceSpec
  readonly fresh?: true
  readonly batchSize: number
}

/** `pairs`: writes preference pairs to a file to review, edit and train on. */
export function pairsCommand(): Command {
  const command = new Command('pairs')
    .description('make preference pairs: chosen answers from the reference, rejected ones from the model')
    .option('--out <file>', 'output file for the pairs (JSON Lines)')
    .option('--batch-size <n>', 'number of responses to generate together', integer(1), 32)
  requireOptions(addClusterOptions(addPairOptions(addFreshOption(command))), '--out', '--reference')
  requireOption(command, '--prompts', (own) => !promptsOfDomain(own.getOptionValue('domain'), 'train'))
  addExamples(
    command,
    [
      'Pairs from a safety system prompt, to review and edit',
      'policypatch pairs --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference system-prompt --out pairs.jsonl',
    ],
    [
      'Pairs for another domain, with its recipe',
      'policypatch pairs --model HuggingFaceTB/SmolLM2-135M-Instruct --domain toxicity --prompts texts.jsonl --reference adapter:reference-lora --out pairs.jsonl',
    ],
    [
      'Answers in JSON, recorded from a better model',
      'policypatch pairs --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference recorded:answers.jsonl --judge json --kind target --out pairs.jsonl',
    ],
  )
  return command.action(
    inContext<PairsOptions>(async (context, options) => {
      const { out } = options
      if (options.domain) refuseBesideDomain(context)
      const prompts = (await promptsOf(context, options)) ?? []
      const { pairs, made, filter } = await (isUsual(options.domain) ? usualPairs : pairsOfDomain)(
        context,
        options,
        prompts,
      )
      const { summary } = filterPairs(pairs, filter)
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

interface MadePairs {
  readonly pairs: readonly PreferencePair[]
  readonly made?: PairsSummary
  /** The filter behind the summary's counts. */
  readonly filter: FilterOptions
}

async function usualPairs(
  context: CommandContext,
  options: PairsOptions,
  given: readonly PatchPrompt[],
): Promise<MadePairs> {
  const { out, maxTokens, temperature, seed, format, batchSize } = options
  const { progress, signal } = context
  const judge = await judgeOf(context, options)
  const contexts = await contextsOf(options.contexts)
  const openReference = await referenceOf(context, options.reference, options)
  const model = await context.loadModel(options.model)
  const reference = await openReference({ model, modelId: options.model })
  let made: PairsSummary | undefined
  const pairs = await keptRun(progress, runOf(options), async () =>
    generatePairs({
      model,
      reference,
      prompts: await runPrompts(context, options, { prompts: given, model, reference, contexts, path: out }),
      judge,
      path: out,
      generation: { maxTokens, temperature, seed, format, batchSize },
      onProgress: progress.report,
      onReference: (share) => formatReferenceShare(share).split('\n').forEach(progress.line),
      onSummary: (summary) => {
        made = summary
      },
      signal,
    }),
  )
  return { pairs, ...(made && { made }), filter: {} }
}

async function pairsOfDomain(
  context: CommandContext,
  options: PairsOptions,
  prompts: readonly PatchPrompt[],
): Promise<MadePairs> {
  const { out, batchSize } = options
  refuseBesideDomain(context, { temperature: '--temperature' })
  const openDomain = await findDomain(options.domain as DomainSpec)
  const contexts = await contextsOf(options.contexts)
  const openSource = await findReferenceSource(options.reference, context, referenceSettings(options))
  const model = await context.loadModel(options.model)
  const domain = await openDomain({ model })
  const source = await openSource({ model, modelId: options.model })
  const pairs = await keptRun(context.progress, runOf(options), async () => {
    // Named like the journal of other pairs.
    const path = `${out}.journal.jsonl`
    const rows = await makeDomainPairs(context, domain, options, {
      ...{ model, source, prompts, contexts, path, batchSize },
    })
    await writeJsonLines(fileStorage(), out, rows)
    return rows
  })
  const { filter } = domain.pairs
  return { pairs, filter: filter === false ? { marginThreshold: -1, winnerThreshold: 0 } : filter }
}

const runOf = ({ out, fresh }: PairsOptions) => ({ place: out, option: '--out', fresh, prefix: out }) as const
