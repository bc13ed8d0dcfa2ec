import { fileStorage } from '@policypatch/backend-node'
import {
  formatEvaluation,
  type GridEvaluation,
  type Patch,
  type PatchEffect,
  type PatchEvaluation,
  type PromptKind,
  withEffects,
  writeReport,
} from '@policypatch/core'
import { Command, Option } from 'commander'
import { abilityEffects, abilityReport } from '../cli/ability-report.ts'
import { abilityTable } from '../cli/ability-table.ts'
import { baseModel } from '../cli/base-model.ts'
import { addModelOptions, type CommandContext, inContext } from '../cli/command-context.ts'
import { evaluateSubjects, subjectsOf } from '../cli/evaluate-subjects.ts'
import { evaluationPrompts } from '../cli/evaluation-prompts.ts'
import { evaluationData, evaluationSummary, recordedEffects } from '../cli/evaluation-report.ts'
import { findPatch, isPatchFolder, patchForms } from '../cli/find-patch.ts'
import { addExamples } from '../cli/help.ts'
import { addFreshOption } from '../cli/kept-run.ts'
import { measureAbility, type SubjectAbility } from '../cli/measure-ability.ts'
import { findReference, readText } from '../cli/open-reference.ts'
import { integer } from '../cli/option-values.ts'
import {
  addJudgeOptions,
  addKindOption,
  type JudgeOptions,
  judgeOf,
  rowsOptions,
} from '../cli/pair-options.ts'
import { addReferenceOptions, type ReferenceOptions, referenceSettings } from '../cli/reference-spec.ts'
import { renderTable } from '../cli/render-table.ts'
import { readAbilityData } from '../read-ability-data.ts'

interface EvalOptions extends JudgeOptions, ReferenceOptions {
  readonly model?: string
  readonly prompts?: readonly string[]
  /** `none`, `default` or a file. */
  readonly contexts: string
  readonly kind?: PromptKind
  readonly ability?: string | true
  readonly patch?: readonly string[]
  readonly systemPrompt?: string | true
  readonly out?: string
  readonly record?: boolean
  readonly fresh?: true
  readonly maxTokens: number
  readonly batchSize: number
  readonly format: 'chat' | 'text'
}

/** `eval`: what the base refuses, and what is to better it, by origin and context of the prompts; and their ability. */
export function evalCommand(): Command {
  const command = new Command('eval')
    .description(
      'measure refusal of harmful and harmless prompts, or how far another goal is met, by origin and context; divergence from ' +
        'the base; and ability, with 95% intervals',
    )
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base)")
    .option(
      '--prompts <file...>',
      'JSON Lines of {"prompt", "kind": "target" | "keep" (for safety "harmful" | "harmless")}, and "part" for its origin (default: the file) and "context"',
    )
    .option(
      '--contexts <contexts>',
      'places in which each prompt without a context is measured: none (as it is), default (seven: plain, system prompts, ' +
        'later turns, other wordings; that takes seven times as long) or a file (JSON Lines)',
      'none',
    )
    .option(
      '--ability [folder]',
      'also grammar, knowledge, perplexity and instructions followed: on data of its own, or of a folder',
    )
    .option('--patch <patch...>', `also with a patch: ${patchForms}`)
    .option('--system-prompt [file]', 'also under a system prompt: that of a file, or a safety one')
    .option('--out <file>', 'keep the report and, in FILE.run, every response; a stopped run goes on')
    .option('--record', "write what was measured into the patch's manifest, in its folder")
    .option('--max-tokens <n>', 'tokens to judge by', integer(1), 64)
    .option('--batch-size <n>', 'responses generated together', integer(1), 32)
    .addOption(
      new Option('--format <format>', 'how a prompt is put').choices(['chat', 'text']).default('chat'),
    )
  addReferenceOptions(command, 'also a safer reference')
  addModelOptions(addJudgeOptions(addKindOption(addFreshOption(command))))
  addExamples(
    command,
    [
      'Before and after, kept for a report',
      'policypatch eval --patch patches/harmfulness --prompts held-out.jsonl --out evaluation.json',
    ],
    [
      'In seven contexts, recorded in the patch',
      'policypatch eval --patch patches/harmfulness --prompts held-out.jsonl --contexts default --record',
    ],
    ['What it costs in ability', 'policypatch eval --patch harmfulness --ability --out ability.json'],
  )
  return command.action(inContext(evaluate))
}

async function evaluate(context: CommandContext, options: EvalOptions): Promise<void> {
  const { patch: places = [], prompts: files, contexts, ability, out, maxTokens, batchSize, format } = options
  if (files === undefined && ability === undefined) context.usageError('--prompts or --ability is needed')
  const folder = places.length === 1 && (await isPatchFolder(places[0] as string))
  if (options.record && !folder) context.usageError('--record needs one --patch, in a folder')
  if (options.fresh && out === undefined) context.usageError('--fresh needs --out')
  if (contexts !== 'none' && format === 'text') context.usageError('--contexts are of chats, not of texts')
  const data =
    ability === undefined ? undefined : await readAbilityData(ability === true ? undefined : ability)
  const judge = await judgeOf(context, options)
  const patches = await Promise.all(places.map(findPatch))
  const modelId = baseModel(context, options.model, patches[0])
  const promptsFor =
    files && (await evaluationPrompts(files, { contexts, rows: rowsOptions(context, options) }))
  const openReference =
    options.reference &&
    (await findReference(options.reference, context, {
      endpoint: referenceSettings(options),
      sampling: { maxTokens, format, temperature: 0, seed: 0 },
    }))
  const { systemPrompt: file } = options
  const systemPrompt = typeof file === 'string' ? await readText(file) : file
  const model = await context.loadModel(modelId)
  const prompts = promptsFor?.(model.tokenizer)
  const generation = { maxTokens, batchSize, format }
  const reference = await openReference?.({ model, modelId })
  const subjects = await subjectsOf(model, { patches, reference, systemPrompt, generation })
  const evaluation =
    prompts &&
    (await evaluateSubjects(context, subjects, {
      prompts,
      judge,
      generation,
      out,
      fresh: options.fresh,
    }))
  const abilities = data ? await measureAbility(context, subjects, { data, out, fresh: options.fresh }) : []
  const report = {
    model: model.id,
    ...(evaluation && evaluationSummary(evaluation)),
    ...(data && { ability: abilityReport(abilities) }),
  }
  if (out !== undefined) {
    const settings = { prompts: files?.join(', '), contexts, format, seed: 0 }
    const data = evaluationData({ model: model.id, patch: patches[0], evaluation, abilities, settings })
    await writeReport(fileStorage(), out, data, report)
  }
  if (options.record && patches[0]) {
    const effects = effectsOf(patches[0], evaluation, abilities)
    await (await withEffects(patches[0], effects)).save(places[0] as string)
  }
  const tables = [
    ...(evaluation ? [formatEvaluation(evaluation, renderTable)] : []),
    ...(data ? [renderTable(abilityTable(abilities))] : []),
  ]
  context.print(tables.join('\n\n'), report)
}

/** What was measured of the base and of one patch, and what the patch says of things that were not measured now. */
function effectsOf(
  { manifest }: Patch,
  evaluation: GridEvaluation | PatchEvaluation | undefined,
  abilities: readonly SubjectAbility[],
): PatchEffect[] {
  const measured = [...recordedEffects(evaluation), ...abilityEffects(abilities)]
  const now = new Set(measured.map(({ metric }) => metric))
  return [...manifest.effects.filter(({ metric }) => !now.has(metric)), ...measured]
}
