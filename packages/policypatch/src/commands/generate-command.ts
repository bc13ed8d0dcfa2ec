import {
  applyPatch,
  type ChatMessage,
  type GenerateOptions,
  type Patch,
  type Prompt,
} from '@policypatch/core'
import { Command, Option } from 'commander'
import { baseModel } from '../cli/base-model.ts'
import { chat } from '../cli/chat.ts'
import { type CommandContext, inContext } from '../cli/command-context.ts'
import { findPatch } from '../cli/find-patch.ts'
import { integer, number, repeated } from '../cli/option-values.ts'
import { printAnswer } from '../cli/terminal.ts'

interface GenerateCommandOptions {
  readonly model?: string
  readonly patch?: readonly string[]
  readonly system?: string
  readonly format: 'chat' | 'text'
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
}

/** `generate`: an answer to one prompt, or a chat. */
export function generateCommand(): Command {
  return new Command('generate')
    .description('answer a prompt, with or without a patch; without a prompt, chat')
    .argument('[prompt]', 'the prompt; without it, a chat, or standard input if that is no terminal')
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base)")
    .option(
      '--patch <patch>',
      'a patch: its folder, or NAME[@VERSION] of an installed one; may be given several times',
      repeated,
    )
    .option('--system <text>', 'a system message')
    .addOption(
      new Option('--format <format>', 'answer the prompt, or continue it as text')
        .choices(['chat', 'text'])
        .default('chat'),
    )
    .option('--max-tokens <n>', 'most tokens of a response', integer(1), 256)
    .option('--temperature <t>', '0 is greedy', number(0), 0)
    .option('--top-p <p>', 'sample from the most probable tokens of this share', number(0, 1), 1)
    .option('--seed <n>', 'seed of sampling', integer(0), 0)
    .action(inContext(generate))
}

async function generate(
  context: CommandContext,
  options: GenerateCommandOptions,
  [given]: readonly string[],
): Promise<void> {
  const { format, system, maxTokens, temperature, topP, seed } = options
  if (format === 'text' && system !== undefined) context.usageError('--system needs --format chat')
  const patches: Patch[] = []
  for (const place of options.patch ?? []) patches.push(await findPatch(place))
  const base = await context.loadModel(baseModel(context, options.model, patches[0]))
  const model = patches.length > 0 ? applyPatch(base, patches) : base
  const sampling: GenerateOptions = { maxTokens, temperature, topP, seed, signal: context.signal }
  const head: ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }]
  if (given === undefined && format === 'chat' && process.stdin.isTTY) {
    return chat(model, head, sampling)
  }
  const text = given ?? (await readStandardInput())
  const prompt: Prompt = format === 'text' ? text : [...head, { role: 'user', content: text }]
  if (context.json) {
    const { text: response, tokens, finishReason } = await model.generate(prompt, sampling)
    return context.print(response, { response, tokens: tokens.length, finishReason })
  }
  await printAnswer(model.stream(prompt, sampling))
}

async function readStandardInput(): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of process.stdin) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8').trim()
}
