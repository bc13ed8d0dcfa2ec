/** The key-value cache of a transformers.js model: its layout, and how to create one. */

import type { DynamicCache, PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers'
import { PatchError } from '@policypatch/core'
import { float16Bits } from './float16.ts'
import type { KeyValues } from './read-key-values.ts'

/**
 * A model's cache. Its classes come from the same copy of transformers.js as the model, which accepts no others. A page may load
 * that copy from anywhere.
 */
export interface ModelCache {
  readonly newTensor: (...args: ConstructorParameters<typeof Tensor>) => Tensor
  readonly newCache: (entries: Record<string, Tensor>) => DynamicCache
  /** Type, number of heads and head width of each tensor, by name. */
  readonly entries: ReadonlyMap<
    string,
    { readonly type: string; readonly heads: number; readonly width: number }
  >
}

/** Reads the cache layout from a generation of one token. */
export async function cacheOf(model: PreTrainedModel, tokenizer: PreTrainedTokenizer): Promise<ModelCache> {
  const { input_ids } = tokenizer('a') as { input_ids: Tensor }
  const TensorOfModel = input_ids.constructor as typeof Tensor
  const output = await model.generate({
    inputs: new TensorOfModel('int64', BigInt64Array.of(0n), [1, 1]),
    ...{ max_new_tokens: 1, do_sample: false, return_dict_in_generate: true },
  } as never)
  const cache = (output as { past_key_values: DynamicCache }).past_key_values
  const CacheOfModel = cache.constructor as typeof DynamicCache
  const entries = new Map(
    Object.entries(cache).map(([name, { type, dims }]: [string, Tensor]) => [
      name,
      { type, heads: dims[1] ?? 0, width: dims[3] ?? 0 },
    ]),
  )
  await (cache as unknown as { dispose(): Promise<void> }).dispose()
  return {
    newTensor: (...args) => new TensorOfModel(...args),
    newCache: (tensors) => new CacheOfModel(tensors),
    entries,
  }
}

/** @throws PatchError `PATCH_MISMATCH` for different layers, heads or widths; `UNSUPPORTED` for an unknown type */
export function checkCacheFits({ entries }: ModelCache, { tensors }: KeyValues): void {
  const described = (
    all: Iterable<readonly [string, { heads?: number | undefined; width?: number | undefined }]>,
  ) => {
    const names = [...all].map(([name, { heads, width }]) => `${name} [1, ${heads}, m, ${width}]`).sort()
    return { whole: names.join(), short: `${names.length} tensors${names[0] ? ` such as ${names[0]}` : ''}` }
  }
  const found = described(
    Object.entries(tensors).map(([name, { shape }]) => [name, { heads: shape[1], width: shape[3] }]),
  )
  const expected = described(entries)
  if (found.whole !== expected.whole) {
    throw new PatchError('PATCH_MISMATCH', {
      expected: `the model's cache: ${expected.short}`,
      found: found.short,
      remedy:
        'Export the patch from the model that the ONNX files were made of; only caches of keys and values alone are taken',
    })
  }
  const other = [...entries.values()].find(({ type }) => type !== 'float32' && type !== 'float16')
  if (!other) return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a model with a cache in float32 or float16',
    found: other.type,
    remedy: 'Load it with another dtype',
  })
}

/** Creates a cache with the keys and values repeated for each row. The data is copied, because a worker may take it over. */
export function startCache(model: ModelCache, { tensors, length }: KeyValues, rows: number): DynamicCache {
  const entries = Object.entries(tensors).map(([name, { data }]) => {
    const { type, heads, width } = model.entries.get(name) as { type: string; heads: number; width: number }
    const one = type === 'float16' ? float16Bits(data) : Float32Array.from(data)
    const all = new (one.constructor as typeof Float32Array)(one.length * rows)
    for (let row = 0; row < rows; row++) all.set(one, row * one.length)
    return [name, model.newTensor(type as 'float32', all, [rows, heads, length, width])] as const
  })
  return model.newCache(Object.fromEntries(entries))
}
