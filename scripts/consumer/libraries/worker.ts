/** A patched model in the AI SDK and transformers.js, in a browser. Both must answer as the patched model does here. */
import { env, pipeline } from '@huggingface/transformers'
import { generateText, streamText } from 'ai'
import { applyPatch, createPatch, loadModel } from 'policypatch'
import { createPolicypatch } from 'policypatch/ai'
import { describeBase, exportKeyValues } from 'policypatch/patch'
import { initPrefix } from 'policypatch/train'
import { applyToPipeline } from 'policypatch/transformers'

const same = (what: string, found: unknown, expected: string) => {
  if (found !== expected) throw new Error(`${what}: ${JSON.stringify(found)} for ${JSON.stringify(expected)}`)
  self.postMessage(`${what} answers ${JSON.stringify(found)}\n`)
}

const model = await loadModel('/models/tiny')
const prefix = initPrefix(model, { length: 3, init: 'random', seed: 3 })
const manifest = { name: 'example', domain: 'none', license: 'Apache-2.0', base: describeBase(model) }
const patch = await createPatch({ prefix, manifest })
const messages = [{ role: 'user' as const, content: 'How are you?' }]
const { text: base } = await model.generate(messages, { maxTokens: 10 })
const { text: expected } = await applyPatch(model, patch).generate(messages, { maxTokens: 10 })
if (base === expected) throw new Error(`the patch changes nothing: ${base}`)

const policypatch = createPolicypatch({ model, patches: [patch] })
const call = {
  model: policypatch(model.id, { patches: ['example'] }),
  messages,
  maxOutputTokens: 10,
}
same('generateText', (await generateText(call)).text, expected)
same('streamText', await streamText(call).text, expected)
await policypatch.close()

env.localModelPath = '/models/'
env.allowLocalModels = true
env.allowRemoteModels = false
env.useBrowserCache = false
const { wasm } = env.backends.onnx
if (wasm) wasm.wasmPaths = '/onnxruntime/'
const generator = await pipeline('text-generation', 'tiny', { dtype: 'fp32', device: 'wasm' })
const patched = await applyToPipeline(generator, (await exportKeyValues(model, patch)).file)
for (const [what, one, wanted] of [
  ['transformers.js', generator, base],
  ['transformers.js, patched', patched, expected],
] as const) {
  const [answer] = await one(messages, { max_new_tokens: 10 })
  same(what, answer?.generated_text.at(-1)?.content, wanted)
}
self.postMessage(undefined)
