import { fileStorage } from '@policypatch/backend-node'
import {
  type Judge,
  type LanguageModel,
  type PatchPrompt,
  type PromptFormat,
  type Reference,
  readPrompts,
} from '@policypatch/core'
import { type Command, Option } from 'commander'
import type { CommandContext } from './command-context.ts'
import { type JudgeSpec, openJudge, parseJudgeSpec } from './judge-spec.ts'
import { openReference } from './open-reference.ts'
import { integer, keyFromEnvironment, number } from './option-values.ts'
import { parseReferenceSpec, type ReferenceSpec } from './reference-spec.ts'

export interface JudgeOptions {
  readonly judge: JudgeSpec
  /** The key itself. */
  readonly judgeKeyEnv?: string
}

export function addJudgeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--judge <judge>', 'refusal (by its phrases) or endpoint:URL#model')
        .argParser(parseJudgeSpec)
        .default({ type: 'refusal' }, 'refusal'),
    )
    .option('--judge-key-env <name>', "environment variable with the judge's key", keyFromEnvironment)
}

export const judgeOf = ({ judge, judgeKeyEnv }: JudgeOptions): Judge => openJudge(judge, judgeKeyEnv)

/** What making pairs takes. */
export interface PairOptions extends JudgeOptions {
  readonly model: string
  readonly prompts?: readonly string[]
  readonly reference?: ReferenceSpec
  readonly referenceKeyEnv?: string
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
    .requiredOption('--model <model>', 'the model to patch: a Hub id, a folder or a .gguf file')
    .option('--prompts <file...>', 'JSON Lines of {"prompt", "kind": "harmful" | "harmless"}')
    .option(
      '--reference <reference>',
      'the safer reference: a model, adapter:DIR, system-prompt[:FILE], endpoint:URL#model or recorded:FILE',
      parseReferenceSpec,
    )
    .option(
      '--reference-key-env <name>',
      "environment variable with the reference endpoint's key",
      keyFromEnvironment,
    )
    .addOption(
      new Option('--format <format>', 'how a prompt is put').choices(['chat', 'text']).default('chat'),
    )
    .option('--max-tokens <n>', 'most tokens of a generated response', integer(1), 64)
    .option('--temperature <t>', '0 is greedy', number(0), 0)
    .option('--seed <n>', 'seed of everything that is drawn', integer(0), 0)
    .option(
      '--everyday <n>',
      'harmless prompts that the model makes: half everyday ones, half that begin as the harmful ones do (default: 0; of train 600 where no harmless prompt is given)',
      integer(0),
    )
    .option(
      '--contexts <file>',
      'places in which the prompts are said (JSON Lines), one drawn for each; "default" for those that come with it, "none" for the bare prompts (default: none; of train default)',
    )
  return addJudgeOptions(command)
}

/** Prompts of several files, in their order. */
export async function readPromptFiles(files: readonly string[]): Promise<PatchPrompt[]> {
  const storage = fileStorage()
  const all: PatchPrompt[] = []
  for (const file of files) all.push(...(await readPrompts(storage, file)))
  return all
}

/** Opens the reference that was named. */
export function referenceOf(
  context: CommandContext,
  model: LanguageModel,
  reference: ReferenceSpec,
  options: PairOptions,
): Promise<Reference> {
  const { referenceKeyEnv, maxTokens, temperature, seed, format } = options
  return openReference(reference, context, {
    model,
    modelId: options.model,
    sampling: { maxTokens, temperature, seed, format },
    apiKey: referenceKeyEnv,
  })
}
