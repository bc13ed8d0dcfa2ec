import { DynamicCache, Tensor } from '@huggingface/transformers'
import { expect, test } from 'vitest'
import { checkCacheFits, type ModelCache, startCache } from './model-cache.ts'

const names = ['past_key_values.0.key', 'past_key_values.0.value']
const modelWith = (type: string): ModelCache => ({
  newTensor: (...args) => new Tensor(...args),
  newCache: (entries) => new DynamicCache(entries),
  entries: new Map(names.map((name) => [name, { type, heads: 1, width: 2 }])),
})
const keyValues = {
  length: 2,
  tensors: Object.fromEntries(
    names.map((name, i) => [name, { shape: [1, 1, 2, 2], data: Float32Array.of(0.1, -2, 0.5, i) }]),
  ),
}

test('every row begins with the keys and values, in the type of the model', () => {
  const half = startCache(modelWith('float16'), keyValues, 3)
  expect(half.get_seq_length()).toBe(2)
  const value = half['past_key_values.0.value'] as Tensor
  expect([value.type, value.dims]).toEqual(['float16', [3, 1, 2, 2]])
  const row = [Math.fround(0.0999755859375), -2, 0.5, 1]
  expect([...value.to('float32').data]).toEqual([...row, ...row, ...row])
  const single = startCache(modelWith('float32'), keyValues, 1)['past_key_values.0.key'] as Tensor
  expect(single.data).toEqual(keyValues.tensors['past_key_values.0.key']?.data)
  expect(single.data).not.toBe(keyValues.tensors['past_key_values.0.key']?.data)
})

test('a cache of another type is refused', () => {
  expect(() => checkCacheFits(modelWith('float16'), keyValues)).not.toThrow()
  expect(() => checkCacheFits(modelWith('int8'), keyValues)).toThrow(/float32 or float16; found int8/)
})
