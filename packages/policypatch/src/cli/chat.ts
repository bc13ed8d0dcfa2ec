import { createInterface } from 'node:readline/promises'
import { type ChatMessage, type GenerateOptions, type LanguageModel, throwIfAborted } from '@policypatch/core'
import { printAnswer } from './terminal.ts'

/** A conversation on the terminal, until an empty line or the end of input. */
export async function chat(
  model: LanguageModel,
  head: readonly ChatMessage[],
  options: GenerateOptions,
): Promise<void> {
  const { signal } = options
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  // In raw mode the terminal sends no signal of its own.
  terminal.on('SIGINT', () => process.emit('SIGINT'))
  const ended = new AbortController()
  terminal.on('close', () => ended.abort())
  const stop = AbortSignal.any(signal ? [signal, ended.signal] : [ended.signal])
  const messages = [...head]
  try {
    for (;;) {
      const content = await terminal.question('> ', { signal: stop })
      if (content.trim() === '') return
      messages.push({ role: 'user', content })
      messages.push({ role: 'assistant', content: await printAnswer(model.stream(messages, options)) })
    }
  } catch (error) {
    throwIfAborted(signal, 'the chat')
    if (!ended.signal.aborted) throw error
  } finally {
    terminal.close()
  }
}
