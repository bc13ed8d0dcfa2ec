import { fileStorage } from '@policypatch/backend-node'
import {
  type Judge,
  type PatchPrompt,
  type PromptFormat,
  type PromptKind,
  promptKinds,
  type ReadRowsOptions,
  readPrompts,
} from '@policypatch/core'
import { type Command, Option } from 'commander'
import { addModelOptions, type CommandContext } from './command-context.ts'
import { addEndpointOptions } from './endpoint-spec.ts'
import { requireOptions } from './help.ts'
import { isOfRefusals, type JudgeSpec, judgeForms, openJudge, parseJudgeSpec } from './judge-spec.ts'
import { findReference, type OpenReference } from './open-reference.ts'
import { integer, number, text } from './option-values.ts'
import {
  addReferenceOptions,
  type ReferenceOptions,
  type ReferenceSpec,
  referenceSettings,
} from './reference-spec.ts'

export interface JudgeOptions {
  readonly judge: JudgeSpec
  /** The key itself. */
  readonly judgeKeyEnv?: string
  readonly judgeBody?: Readonly<Record<string, unknown>>
  readonly judgeCriteria?: string
}

export function addJudgeOptions(command: Command): Command {
  command.addOption(
    new Option('--judge <judge>', `says which answers are as wanted: ${judgeForms}`)
      .argParser(parseJudgeSpec)
      .default({ type: 'refusal' }, 'refusal'),
  )
  return addEndpointOptions(command, 'judge').option(
    '--judge-criteria <text>',
    'what a good answer to a target does, in a sentence for the judge endpoint',
    text,
  )
}

export const judgeOf = (
  { progress }: CommandContext,
  { judge, judgeKeyEnv, judgeBody, judgeCriteria }: JudgeOptions,
): Promise<Judge> =>
  openJudge(judge, { apiKey: judgeKeyEnv, body: judgeBody, criteria: judgeCriteria }, progress.line)

/** `--kind`, of files whose rows have none. */
export const addKindOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--kind <kind>',
      'the kind of rows without one, such as those of TRL (default: harmful, or target where the judge is not of refusals; ' +
        'only where no row of a file has one)',
    ).choices(promptKinds),
  )

/** What making pairs takes. */
export interface PairOptions extends JudgeOptions, ReferenceOptions {
  readonly model: string
  readonly prompts?: readonly string[]
  readonly kind?: PromptKind
  readonly format: PromptFormat
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: number
  readonly everyday?: number
  /** A file, `default` or `none`. */
  readonly contexts?: string
}

export function addPairOptions(command: Command): Command {
  command
    .option('--model <model>', 'the model to patch: a Hub id, a folder or a .gguf file')
    .option(
      '--prompts <file...>',
      'JSON Lines of {"prompt", "kind": "target" | "keep"}; for safety "harmful" | "harmless"',
    )
    .addOption(
      new Option('--format <format>', 'how a prompt is put').choices(['chat', 'text']).default('chat'),
    )
    .option('--max-tokens <n>', 'most tokens of a generated response', integer(1), 64)
    .option('--temperature <t>', '0 is greedy', number(0), 0)
    .option('--seed <n>', 'seed of everything that is drawn', integer(0), 0)
    .option(
      '--everyday <n>',
      'prompts to keep that the model makes: everyday ones, and some that begin as the targets do (default: 0; of train 600 where only targets are given; with 0 and only targets the patch is for every prompt)',
      integer(0),
    )
    .option(
      '--contexts <file>',
      'places in which the prompts are said (JSON Lines), one drawn for each; "default" for those that come with it, "none" for the bare prompts (default: none; of train default)',
    )
  addReferenceOptions(command, 'the safer reference')
  addJudgeOptions(addKindOption(command))
  return requireOptions(addModelOptions(command), '--model')
}

/** Prompts of several files, in their order. */
export async function readPromptFiles(
  context: CommandContext,
  files: readonly string[],
  options: RowsSettings,
): Promise<PatchPrompt[]> {
  const storage = fileStorage()
  const all: PatchPrompt[] = []
  for (const file of files) all.push(...(await readPrompts(storage, file, rowsOptions(context, options))))
  return all
}

/** By which rows without a kind are read. */
export interface RowsSettings {
  readonly kind?: PromptKind
  readonly judge: JudgeSpec
}

/** How rows without a kind are read, and that it is said. */
export const rowsOptions = (
  { progress }: CommandContext,
  { kind, judge }: RowsSettings,
): ReadRowsOptions => ({
  ...(kind && { kind }),
  assumed: isOfRefusals(judge) ? 'harmful' : 'target',
  onNotice: (line) => progress.line(`${line} (--kind)`),
})

/** Finds the reference that was named. */
export function referenceOf(
  context: CommandContext,
  reference: ReferenceSpec,
  options: PairOptions,
): Promise<OpenReference> {
  const { maxTokens, temperature, seed, format } = options
  return findReference(reference, context, {
    sampling: { maxTokens, temperature, seed, format },
    endpoint: referenceSettings(options),
  })
}
