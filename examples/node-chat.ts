/**
 * A terminal chat in which you can turn a patch on and off. `/patch on` and `/patch off` apply to the next answer, `/new`
 * starts a new conversation, and an empty line ends the chat.
 *
 *   node --import ./scripts/source.mjs examples/node-chat.ts PATCH [MODEL]
 */
import { createInterface } from 'node:readline'
import { applyPatch, type ChatMessage, loadModel, readPatch } from 'policypatch'

const [directory, given] = process.argv.slice(2)
if (directory === undefined) throw new Error('Name the folder of a patch')
const patch = await readPatch(directory)
const base = await loadModel(given ?? patch.manifest.base.id, {
  device: 'cpu',
  onNotice: (line) => console.error(line),
})
// Both hold the same weights: a patched model is the base with a prefix.
const patched = applyPatch(base, patch)

let on = true
let messages: ChatMessage[] = []
const terminal = createInterface({ input: process.stdin, output: process.stdout, prompt: '> ' })
terminal.prompt()
for await (const line of terminal) {
  const text = line.trim()
  if (text === '') break
  if (text === '/new') messages = []
  else if (text.startsWith('/patch')) {
    on = text !== '/patch off'
    console.log(`${patch.manifest.name} ${patch.manifest.version} is ${on ? 'on' : 'off'}`)
  } else await answer(text)
  terminal.prompt()
}
terminal.close()
await base.dispose()

async function answer(content: string): Promise<void> {
  messages.push({ role: 'user', content })
  let response = ''
  for await (const piece of (on ? patched : base).stream(messages, { maxTokens: 128 })) {
    process.stdout.write(piece)
    response += piece
  }
  process.stdout.write('\n')
  messages.push({ role: 'assistant', content: response })
}
