import { fileStorage } from '@policypatch/backend-node'
import { type Patch, PatchError, readPairs, type TrainPatchOptions, trainPatch } from '@policypatch/core'
import { describeProblems, formatOutcome } from '@policypatch/core/train'
import { Command } from 'commander'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { addFreshOption, keptRun } from '../cli/kept-run.ts'
import { renderTable } from '../cli/render-table.ts'
import { addClusterOptions } from '../cluster/on-cluster.ts'
import { domainJson, domainTable, skippedLines, subjectOf } from '../measure/domain-figures.ts'
import { type DomainSpec, findDomain, isUsual } from '../options/domain-spec.ts'
import { findReferenceSource } from '../options/open-reference.ts'
import {
  addPairOptions,
  judgeOf,
  type PairOptions,
  promptsOf,
  referenceOf,
  refuseBesideDomain,
  rowsOptions,
} from '../options/pair-options.ts'
import { referenceSettings } from '../options/reference-spec.ts'
import { addTrainingOptions, type TrainingOptions, trainingOf } from '../options/training-options.ts'
import { describePatch } from '../patches/describe-patch.ts'
import { reportTraining } from '../train/report-training.ts'
import { contextsOf } from '../train/run-prompts.ts'
import { betters, trainOnDomain } from '../train/train-on-domain.ts'

interface TrainOptions extends PairOptions, TrainingOptions {
  readonly pairs?: string
  readonly run?: string
  readonly fresh?: true
}

/** `train`: trains a patch from prompts and a reference, or from pairs. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a patch; run the same command again to resume')
    .option('--pairs <file>', 'existing pairs, instead of prompts and a reference')
    .option('--run <directory>', 'folder for the state of the run (default: the --out folder with .run)')
  addClusterOptions(addTrainingOptions(addPairOptions(addFreshOption(command))))
  addExamples(
    command,
    [
      'Learn refusals from recorded answers',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts prompts.jsonl --reference recorded:answers.jsonl --out patches/harmfulness',
    ],
    [
      'Answer some prompts in JSON, from recorded answers, and leave others as they are',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --prompts orders.jsonl --reference recorded:orders.jsonl --judge json:order.schema.json --out patches/orders',
    ],
    [
      'Another domain, with its recipe and metrics; the gender prompts are built in',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --domain gender --reference adapter:reference-lora --out patches/gender',
    ],
    [
      'From pairs that you have reviewed',
      'policypatch train --model HuggingFaceTB/SmolLM2-135M-Instruct --pairs pairs.jsonl --out patches/harmfulness --seed 1',
    ],
  )
  return command.action(
    inContext<TrainOptions>(async (context, options) => {
      const { out } = options
      const { patch, told, json, failure } = await (isUsual(options.domain) ? trainUsual : trainByDomain)(
        context,
        options,
      )
      await patch.save(out)
      context.print([`${out}\n${describePatch(patch)}`, ...told].join('\n\n'), {
        ...{ directory: out, ...json },
        bytes: patch.bytes,
        parameters: patch.parameters,
        manifest: patch.manifest,
      })
      if (failure !== undefined) failWhereItFails(failure, out)
    }),
  )
}

/** A patch, and what is printed about it. */
interface Trained {
  readonly patch: Patch
  readonly told: readonly string[]
  readonly json: Readonly<Record<string, unknown>>
  /** Why the patch fails the check, if it does. */
  readonly failure: string | undefined
}

async function trainUsual(context: CommandContext, options: TrainOptions): Promise<Trained> {
  const { seed, format, maxTokens, temperature, domain } = options
  if (domain) refuseBesideDomain(context)
  const data = await dataOf(context, options)
  const judge = await judgeOf(context, options)
  const contexts = await contextsOf(options.contexts)
  const openReference = options.reference && (await referenceOf(context, options.reference, options))
  const model = await context.loadModel(options.model)
  const reference = await openReference?.({ model, modelId: options.model })
  const training = trainingOf(options)
  const { outcome, ...patch } = await keptRun(context.progress, runOf(options), async () =>
    trainPatch({
      ...training,
      ...data,
      manifest: { ...training.manifest, ...(domain && { domain: 'harmfulness' }) },
      everyday: options.everyday,
      contexts,
      model,
      reference,
      judge,
      format,
      generation: { maxTokens, temperature },
      seed,
      directory: directoryOf(options),
      // Every step, so that Ctrl-C loses none.
      checkpointEvery: 1,
      onProgress: reportTraining(context.progress),
      signal: context.signal,
    }),
  )
  return {
    patch,
    told: outcome ? [formatOutcome(outcome, renderTable)] : [],
    json: outcome ? { outcome } : {},
    failure: outcome && outcome.problems.length > 0 ? describeProblems(outcome) : undefined,
  }
}

async function trainByDomain(context: CommandContext, options: TrainOptions): Promise<Trained> {
  refuseBesideDomain(context, { temperature: '--temperature' })
  const openDomain = await findDomain(options.domain as DomainSpec)
  const data = await dataOf(context, options)
  const contexts = await contextsOf(options.contexts)
  const openSource =
    options.reference && (await findReferenceSource(options.reference, context, referenceSettings(options)))
  const model = await context.loadModel(options.model)
  const domain = await openDomain({ model })
  const source = await openSource?.({ model, modelId: options.model })
  const { patch, figures } = await keptRun(context.progress, runOf(options), async () =>
    trainOnDomain(context, options, {
      ...{ domain, model, source, data, contexts },
      directory: directoryOf(options),
    }),
  )
  if (!figures) return { patch, told: [], json: {}, failure: undefined }
  return {
    patch,
    told: [
      `${domain.name}, on held-out prompts:\n${renderTable(domainTable(figures))}`,
      ...skippedLines(figures),
    ],
    json: { evaluation: domainJson(figures) },
    failure: betters(figures, subjectOf(patch))
      ? undefined
      : `This patch is worse than none: it improves no metric of ${domain.name}`,
  }
}

const directoryOf = ({ run, out }: TrainOptions): string => run ?? `${out.replace(/[/\\]+$/, '')}.run`

function runOf(options: TrainOptions) {
  const place = directoryOf(options)
  const folders = ['', '/check', '/evaluation'].map((folder) => `${place}${folder}`)
  return { place, option: '--run', fresh: options.fresh, folders } as const
}

async function dataOf(
  context: CommandContext,
  options: TrainOptions,
): Promise<Pick<TrainPatchOptions, 'pairs' | 'prompts'>> {
  const { pairs, prompts, reference, everyday, contexts } = options
  if (pairs !== undefined && prompts) context.usageError('--pairs and --prompts exclude each other')
  if (pairs !== undefined && ((everyday ?? 0) > 0 || contexts !== undefined)) {
    context.usageError('--everyday and --contexts need --prompts; pass them to `pairs` instead')
  }
  if (pairs !== undefined)
    return { pairs: await readPairs({ storage: fileStorage(), path: pairs }, rowsOptions(context, options)) }
  const given = await promptsOf(context, options)
  if (!given) return context.usageError('pass --prompts or --pairs')
  if (!reference) return context.usageError('--prompts needs a --reference')
  return { prompts: given }
}

/** Fails the command so that scripts stop here. The patch is kept for inspection. */
function failWhereItFails(problems: string, out: string): never {
  throw new PatchError('TRAINING_FAILED', {
    expected: 'a patch that works on held-out prompts',
    found: problems.replace(/\.$/, ''),
    remedy:
      `Check the answers above and the pairs; use more prompts, better answers to learn from, or more steps. The patch is still saved in ${out}` +
      '; --no-eval skips this check',
  })
}
