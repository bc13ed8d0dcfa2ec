/**
 * A patch in a pipeline of transformers.js. The ONNX model was exported with Optimum, like models on the Hub, and is not changed.
 * Here it is a tiny model with random weights, and the prefix is untrained.
 *
 *   node --import ./scripts/source.mjs examples/patched-transformers-js.ts
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { pipeline } from '@huggingface/transformers'
import { createPatch, type LanguageModel, loadModel } from 'policypatch'
import { describeBase, exportKeyValues } from 'policypatch/patch'
import { initPrefix } from 'policypatch/train'
import { applyToPipeline } from 'policypatch/transformers'
import { writeTinyOnnxModel } from '../packages/core/test/models/tiny-model.ts'

/** A patch that does something, though it was not trained. */
export function patchOf(model: LanguageModel, length: number, name = 'example') {
  const prefix = initPrefix(model, { length, init: 'random', seed: 3 })
  return createPatch({
    prefix,
    manifest: { name, domain: 'none', license: 'Apache-2.0', base: describeBase(model) },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await mkdtemp(`${tmpdir()}/policypatch-`)
  await writeTinyOnnxModel(folder)
  const model = await loadModel(folder, { precision: 'float32' })
  const keyValues = await exportKeyValues(model, await patchOf(model, 3))
  await model.dispose()

  const generator = await pipeline('text-generation', folder, { dtype: 'fp32' })
  const patched = await applyToPipeline(generator, keyValues)
  const messages = [{ role: 'user', content: 'How are you?' }]
  for (const [name, one] of Object.entries({ generator, patched })) {
    const [answer] = await one(messages, { max_new_tokens: 24 })
    console.log(name.padEnd(10), JSON.stringify(answer?.generated_text.at(-1)?.content))
  }
  await generator.dispose()
  await rm(folder, { recursive: true })
}
