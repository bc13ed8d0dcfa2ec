/**
 * A patch in transformers.js: the keys and values of its virtual tokens are the initial cache of `generate` in
 * `@huggingface/transformers`. The ONNX model was exported with Optimum, like models on the Hub, and is not changed. Here it
 * is a tiny model with random weights, and the prefix is untrained.
 *
 *   node --import ./scripts/source.mjs examples/patched-transformers-js.ts
 */
import { fileURLToPath } from 'node:url'
import { AutoModelForCausalLM, DynamicCache, env, Tensor } from '@huggingface/transformers'
import { createPatch, type LanguageModel } from 'policypatch'
import { describeBase, exportKeyValues } from 'policypatch/patch'
import { initPrefix } from 'policypatch/train'
import { goldenModel } from '../packages/core/test/goldens.ts'

/** Tokens that transformers.js generates after a prompt, with the keys and values of a patch before it. */
export async function generateWith(
  cache: Awaited<ReturnType<typeof exportKeyValues>> | undefined,
  ids: readonly number[],
  count: number,
): Promise<number[]> {
  env.allowRemoteModels = false
  env.localModelPath = fileURLToPath(new URL('../packages/core/test/goldens/peft/', import.meta.url))
  const model = await AutoModelForCausalLM.from_pretrained('onnx', { dtype: 'fp32' })
  const row = (values: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length])
  const tensors = Object.entries(cache?.tensors ?? {}).map(
    ([name, { data, shape }]) => [name, new Tensor('float32', data as Float32Array, [...shape])] as const,
  )
  const output = await model.generate({
    inputs: row(ids),
    // The prompt follows m positions that the cache holds.
    attention_mask: row(new Array((cache?.length ?? 0) + ids.length).fill(1)),
    ...(cache && { past_key_values: new DynamicCache(Object.fromEntries(tensors)) }),
    max_new_tokens: count,
    do_sample: false,
  } as never)
  await model.dispose()
  return [...(output as Tensor).data].slice(ids.length).map(Number)
}

/** A patch that does something, though it was not trained. */
export function patchOf(model: LanguageModel, length: number) {
  const prefix = initPrefix(model, { length, init: 'random', seed: 3 })
  return createPatch({
    prefix,
    manifest: { name: 'example', domain: 'none', license: 'Apache-2.0', base: describeBase(model) },
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { onnxruntimeBackend } = await import('policypatch/platform')
  const model = await goldenModel('../peft/model', onnxruntimeBackend())
  const ids = [5, 17, 42, 8]
  const cache = await exportKeyValues(model, await patchOf(model, 6))
  console.log('base   ', (await generateWith(undefined, ids, 8)).join(' '))
  console.log('patched', (await generateWith(cache, ids, 8)).join(' '))
  await model.backend.dispose()
}
