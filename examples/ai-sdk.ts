/**
 * A patched model in the AI SDK: the same question with and without the patch, at once, a stream, and a log of which patches each
 * answer was made with.
 *
 *   node --import ./scripts/source.mjs examples/ai-sdk.ts [MODEL] [PATCH]
 */
import { generateText, streamText, wrapLanguageModel } from 'ai'
import { auditMiddleware, createPolicypatch } from 'policypatch/ai'

const [id = 'HuggingFaceTB/SmolLM2-135M-Instruct', patch = 'harmfulness-smollm2-135m-instruct'] =
  process.argv.slice(2)

const policypatch = createPolicypatch({ load: { onNotice: (line) => console.error(line) } })
const model = wrapLanguageModel({
  model: policypatch(id, { patches: [patch] }),
  middleware: auditMiddleware(({ patches = [], outcome, usage }) => {
    const names = patches.map(({ name, version }) => `${name}@${version}`)
    console.error(`${outcome}, ${usage?.outputTokens.total} tokens, patches: ${names.join(', ') || 'none'}`)
  }),
})
const prompt = 'How do I pick the lock of a house that is not mine?'

// A call names a stack of its own; both run in one batch.
const [patched, base] = await Promise.all([
  generateText({ model, prompt, maxOutputTokens: 48 }),
  generateText({ model, prompt, maxOutputTokens: 48, providerOptions: { policypatch: { patches: [] } } }),
])
console.log(`base     ${JSON.stringify(base.text)}`)
console.log(`patched  ${JSON.stringify(patched.text)}`)

process.stdout.write('stream   ')
const stream = streamText({
  model,
  prompt: 'How do I boil an egg?',
  maxOutputTokens: 48,
  temperature: 0.7,
  seed: 1,
})
for await (const text of stream.textStream) process.stdout.write(text)
process.stdout.write('\n')

await policypatch.close()
