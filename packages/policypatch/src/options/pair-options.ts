import { fileStorage } from '@policypatch/backend-node'
import { type Judge, type PatchPrompt, readPrompts } from '@policypatch/core'
import {
  type PromptFormat,
  type PromptKind,
  promptKinds,
  type ReadRowsOptions,
} from '@policypatch/core/pairs'
import { type Command, Option } from 'commander'
import { addModelOptions, type CommandContext } from '../cli/command-context.ts'
import { requireOptions } from '../cli/help.ts'
import { addConfigOptions } from '../config/apply-config.ts'
import { type DomainSpec, domainForms, parseDomainSpec, promptsOfDomain } from './domain-spec.ts'
import { addEndpointOptions } from './endpoint-spec.ts'
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
  /** The key itself, read from the environment variable. */
  readonly judgeKeyEnv?: string
  readonly judgeBody?: Readonly<Record<string, unknown>>
  readonly judgeCriteria?: string
}

export function addJudgeOptions(command: Command): Command {
  command.addOption(
    new Option('--judge <judge>', `decides which answers are as wanted: ${judgeForms}`)
      .argParser(parseJudgeSpec)
      .default({ type: 'refusal' }, 'refusal'),
  )
  return addEndpointOptions(command, 'judge').option(
    '--judge-criteria <text>',
    'what a good answer to a target prompt does, in one sentence for a judge endpoint',
    text,
  )
}

export const judgeOf = (
  { progress }: CommandContext,
  { judge, judgeKeyEnv, judgeBody, judgeCriteria }: JudgeOptions,
): Promise<Judge> =>
  openJudge(judge, { apiKey: judgeKeyEnv, body: judgeBody, criteria: judgeCriteria }, progress.line)

/** Adds `--kind`, for files whose rows have no kind. */
export const addKindOption = (command: Command): Command =>
  command.addOption(
    new Option(
      '--kind <kind>',
      'kind of rows without one, such as rows in TRL format (default: harmful, or target if the judge does not judge refusals; ' +
        'applies only if no row of a file has a kind)',
    ).choices(promptKinds),
  )

/** Adds `--domain`. `what` says what the domain decides. */
export const addDomainOption = (command: Command, what: string): Command =>
  command.addOption(
    new Option('--domain <domain>', `${what}: ${domainForms} (default: none)`).argParser(parseDomainSpec),
  )

/** Options that a domain already sets. */
const ofDomain = {
  judge: '--judge',
  judgeKeyEnv: '--judge-key-env',
  judgeBody: '--judge-body',
  judgeCriteria: '--judge-criteria',
  format: '--format',
} as const

/** Ends the command if an option was given that the domain already sets. */
export function refuseBesideDomain(
  { isGiven, usageError }: CommandContext,
  others: Readonly<Record<string, string>> = {},
): void {
  const given = Object.entries({ ...ofDomain, ...others }).flatMap(([name, flag]) =>
    isGiven(name) ? [flag] : [],
  )
  if (given.length > 0) usageError(`--domain already sets ${given.join(', ')}: remove one of them`)
}

/** The options for making pairs. */
export interface PairOptions extends JudgeOptions, ReferenceOptions {
  readonly domain?: DomainSpec
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
    .option('--model <model>', 'model to patch: a Hub id, a folder or a .gguf file')
    .option(
      '--prompts <file...>',
      'JSON Lines of {"prompt", "kind": "target" | "keep"}; for safety "harmful" | "harmless"',
    )
    .addOption(
      new Option('--format <format>', 'chat: use the chat template; text: continue the prompt as text')
        .choices(['chat', 'text'])
        .default('chat'),
    )
    .option('--max-tokens <n>', 'maximum number of tokens per response', integer(1), 64)
    .option('--temperature <t>', 'sampling temperature; 0 is greedy', number(0), 0)
    .option('--seed <n>', 'random seed', integer(0), 0)
    .option(
      '--everyday <n>',
      'number of harmless (keep) prompts that the model makes: everyday ones, and some that begin like the targets (default: 0; for train 600 if there are only targets; with 0 and only targets, the patch applies to every prompt)',
      integer(0),
    )
    .option(
      '--contexts <file>',
      'JSON Lines of contexts in an app; each prompt is placed in a random one. "default": the built-in contexts; "none": bare prompts (default: none; for train default)',
    )
  addDomainOption(
    command,
    'use the recipe, pairs, judges and metrics of a domain; without it, harmfulness, or your own goal if the prompts are targets',
  )
  addReferenceOptions(command, 'reference with the behaviour to learn')
  addJudgeOptions(addKindOption(command))
  return requireOptions(addConfigOptions(addModelOptions(command)), '--model')
}

/** Reads the prompts of several files, in order. */
async function readPromptFiles(
  context: CommandContext,
  files: readonly string[],
  options: RowsSettings,
): Promise<PatchPrompt[]> {
  const storage = fileStorage()
  const all: PatchPrompt[] = []
  for (const file of files)
    all.push(...(await readPrompts({ storage, path: file }, rowsOptions(context, options))))
  return all
}

/** The settings that decide how rows without a kind are read. */
export interface RowsSettings {
  readonly kind?: PromptKind
  readonly judge: JudgeSpec
  readonly domain?: DomainSpec
}

/** How to read rows without a kind, with a notice about it. */
export const rowsOptions = (
  { progress }: CommandContext,
  { kind, judge, domain }: RowsSettings,
): ReadRowsOptions => ({
  ...(kind && { kind }),
  assumed: isOfRefusals(judge) && domain?.type !== 'file' ? 'harmful' : 'target',
  onNotice: (line) => progress.line(`${line} (--kind)`),
})

/** The prompts of the given files, or the domain's built-in ones; undefined if there are none. */
export async function promptsOf(
  context: CommandContext,
  options: RowsSettings & { readonly prompts?: readonly string[] },
): Promise<readonly PatchPrompt[] | undefined> {
  if (!options.prompts) return promptsOfDomain(options.domain, 'train')
  return readPromptFiles(context, options.prompts, options)
}

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
