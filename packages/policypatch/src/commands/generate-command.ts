import { applyPatch, type ChatMessage, type Patch } from '@policypatch/core'
import type { GenerateOptions, Prompt } from '@policypatch/core/platform'
import { Command, Option } from 'commander'
import { addModelOptions, addTrustOption, type CommandContext, inContext } from '../cli/command-context.ts'
import { addExamples } from '../cli/help.ts'
import { printAnswer } from '../cli/terminal.ts'
import { integer, text as nonEmpty, number, repeated } from '../options/option-values.ts'
import { baseModel, patchForms } from '../patches/find-patch.ts'
import { chat } from './chat.ts'

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

/** `generate`: answers one prompt, or opens a chat. */
export function generateCommand(): Command {
  const command = new Command('generate')
    .description('answer a prompt, with or without a patch; without a prompt, open a chat')
    .argument(
      '[prompt]',
      'the prompt (default: open a chat; if standard input is not a terminal, read the prompt from it)',
    )
    .option('--model <model>', "a Hub id, a folder or a .gguf file (default: the patch's base model)")
    .option('--patch <patch>', `a patch: ${patchForms}; can be repeated`, repeated)
    .option('--system <text>', 'a system message', nonEmpty)
    .addOption(
      new Option('--format <format>', 'chat: answer the prompt; text: continue it')
        .choices(['chat', 'text'])
        .default('chat'),
    )
    .option('--max-tokens <n>', 'maximum number of tokens per response', integer(1), 256)
    .option('--temperature <t>', 'sampling temperature; 0 is greedy', number(0), 0)
    .option(
      '--top-p <p>',
      'sample only from the most probable tokens with this total probability',
      number(0, 1),
      1,
    )
    .option('--seed <n>', 'random seed for sampling', integer(0), 0)
    .action(inContext(generate))
  return addExamples(
    addTrustOption(addModelOptions(command)),
    ['An answer', 'policypatch generate "How do I boil an egg?" --patch patches/harmfulness'],
    ['A chat; /patch and /base switch the patch on and off', 'policypatch generate --patch harmfulness'],
    [
      'The base model alone, sampled',
      'policypatch generate "Tell me a story." --model HuggingFaceTB/SmolLM2-135M-Instruct --temperature 0.8 --seed 3',
    ],
  )
}

async function generate(
  context: CommandContext,
  options: GenerateCommandOptions,
  [given]: readonly string[],
): Promise<void> {
  const { format, system, maxTokens, temperature, topP, seed } = options
  const isChat = given === undefined && format === 'chat' && process.stdin.isTTY
  if (format === 'text' && system !== undefined) context.usageError('--system needs --format chat')
  if (isChat && context.json) context.usageError('--json needs a prompt')
  const text = isChat ? '' : (given ?? (await readStandardInput()))
  if (!isChat && text.trim() === '') context.usageError('the prompt is empty')
  const patches: Patch[] = []
  for (const place of options.patch ?? []) patches.push(await context.findPatch(place))
  const base = await context.loadModel(baseModel(context, options.model, patches[0]))
  const sampling: GenerateOptions = { maxTokens, temperature, topP, seed, signal: context.signal }
  const opening: ChatMessage[] = system === undefined ? [] : [{ role: 'system', content: system }]
  if (isChat) {
    const trust = await context.trust()
    return chat({ base, patches, opening, sampling, findPatch: context.findPatch, trust })
  }
  const model = patches.length > 0 ? applyPatch(base, patches, { trust: await context.trust() }) : base
  const prompt: Prompt = format === 'text' ? text : [...opening, { role: 'user', content: text }]
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
