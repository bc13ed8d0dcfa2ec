import { createInterface } from 'node:readline'
import { applyPatch, type ChatMessage, type LanguageModel, type Patch, PatchError } from '@policypatch/core'
import type { Trust } from '@policypatch/core/patch'
import { type GenerateOptions, throwIfAborted } from '@policypatch/core/platform'
import { printAnswer, printText } from '../cli/terminal.ts'

export interface ChatOptions {
  /** The model without a patch. */
  readonly base: LanguageModel
  readonly patches: readonly Patch[]
  /** Messages before the conversation. */
  readonly opening: readonly ChatMessage[]
  readonly sampling: GenerateOptions
  /** Reads a patch named in the chat. */
  findPatch(place: string): Promise<Patch>
  /** Decides which patches are accepted. */
  readonly trust?: Trust | undefined
  /** Default: standard input. */
  readonly input?: NodeJS.ReadableStream
}

const help = `/patch           answer with the patch
/patch PATCH     answer with another patch: a folder, a zip archive, or NAME[@VERSION] if installed
/base            answer without a patch
/new             start a new conversation
/help            show this
/quit            end the chat (or an empty line, or Ctrl-D)`

/** Runs a conversation on the terminal, until an empty line, `/quit` or the end of input. */
export async function chat(options: ChatOptions): Promise<void> {
  const { base, opening, sampling, trust, input = process.stdin } = options
  const { signal } = sampling
  const terminal = createInterface({ input, output: process.stdout, prompt: '> ' })
  // A terminal in raw mode sends no signal itself.
  terminal.on('SIGINT', () => process.emit('SIGINT'))
  signal?.addEventListener('abort', () => terminal.close(), { once: true })
  let patches = options.patches
  let model = withPatches(base, patches, trust)
  let messages = [...opening]
  printText(`${nameOf(base, patches)}. Type /help for the commands. An empty line ends the chat.`)
  try {
    terminal.prompt()
    for await (const line of terminal) {
      const [, command, operand = ''] = /^\/([a-z]*)(?:\s+(.*))?$/.exec(line.trim()) ?? []
      if (line.trim() === '' || command === 'quit') break
      if (command === undefined) {
        messages.push({ role: 'user', content: line })
        messages.push({ role: 'assistant', content: await printAnswer(model.stream(messages, sampling)) })
      } else if (command === 'help') printText(help)
      else if (command === 'new') {
        messages = [...opening]
        printText('New conversation.')
      } else if (command === 'base') {
        model = base
        printText(`Answering with ${nameOf(base, [])}.`)
      } else if (command === 'patch') {
        const named = operand === '' ? patches : await patchNamed(operand.trim(), options)
        if (named && named.length === 0) printText('No patch yet. To add one: /patch PATCH')
        else if (named) {
          patches = named
          model = withPatches(base, patches, trust)
          printText(`Answering with ${nameOf(base, patches)}.`)
        }
      } else printText(`There is no command /${command}. Type /help for the commands.`)
      terminal.prompt()
    }
  } finally {
    terminal.close()
  }
  throwIfAborted(signal, 'the chat')
}

const withPatches = (base: LanguageModel, patches: readonly Patch[], trust: Trust | undefined) =>
  patches.length > 0 ? applyPatch(base, patches, { trust }) : base

function nameOf(base: LanguageModel, patches: readonly Patch[]): string {
  const names = patches.map(({ manifest }) => `${manifest.name} ${manifest.version}`)
  return `${base.id} ${names.length > 0 ? `with ${names.join(' and ')}` : 'without a patch'}`
}

/** Reads a patch and checks that it fits. If that fails, prints why and returns undefined. */
async function patchNamed(
  place: string,
  { base, trust, findPatch }: ChatOptions,
): Promise<readonly Patch[] | undefined> {
  try {
    const patch = await findPatch(place)
    applyPatch(base, patch, { trust })
    return [patch]
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    printText(error.message)
    return undefined
  }
}
