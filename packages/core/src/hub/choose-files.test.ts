import { expect, test } from 'vitest'
import { chooseFiles } from './choose-files.ts'
import { parseHubId } from './hub-id.ts'

const choose = (paths: readonly string[], id = 'owner/tiny') => chooseFiles(parseHubId(id), paths)
const paths = (all: readonly string[], id?: string) => choose(all, id).paths
const base = ['README.md', 'config.json', 'tokenizer.json', 'pytorch_model.bin', 'onnx/model.onnx']
const besides = ['config.json', 'tokenizer.json']
const parts = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']
const index = 'model.safetensors.index.json'
const fp16Parts = parts.map((name) => name.replace('.', '.fp16.'))
const fp16Index = 'model.safetensors.index.fp16.json'

test('of a whole file, a variant and parts, one set is chosen', () => {
  const whole = [
    'model.safetensors',
    'model.fp16.safetensors',
    'consolidated.safetensors',
    'adapter_model.safetensors',
  ]
  expect(paths([...base, ...whole, 'adapter_config.json'])).toEqual([...besides, 'model.safetensors'])
  expect(paths([...base, 'model.safetensors', ...parts, index])).toEqual([...besides, 'model.safetensors'])
  expect(paths([...base, ...fp16Parts, fp16Index, ...parts, index])).toEqual([...besides, index, ...parts])
  expect(paths([...base, 'unet/model.safetensors', ...parts, index])).toEqual([...besides, index, ...parts])
})

test('a variant alone is kept under the names that readers look for', () => {
  const whole = choose([...base, 'model.fp16.safetensors'])
  expect(whole.paths).toEqual([...besides, 'model.fp16.safetensors'])
  expect(whole.names.get('model.fp16.safetensors')).toBe('model.safetensors')
  const split = choose([...base, ...fp16Parts, fp16Index])
  expect(split.paths).toEqual([...besides, fp16Index, ...fp16Parts])
  expect(split.names).toEqual(new Map([[fp16Index, index]]))
  expect(() => choose([...base, 'model.fp16.safetensors', 'model.int8.safetensors'])).toThrow(
    /found the variants fp16, int8/,
  )
})

test('parts that their names do not join are left to the index', () => {
  const odd = ['layers-a.safetensors', 'layers-b.safetensors']
  expect(choose([...base, ...odd, index])).toMatchObject({ paths: [...besides, index], index })
  const two = ['model-00001-of-00001.safetensors', ...parts, index]
  expect(choose([...base, ...two])).toMatchObject({ paths: [...besides, index], index })
  expect(choose([...base, parts[0] as string, index])).toMatchObject({ index })
  expect(() => choose([...base, ...parts])).toThrow(/model.safetensors.index.json in owner\/tiny/)
})

test('part numbers of any width, and the whole name before them', () => {
  const short = ['model-1-of-2.safetensors', 'model-2-of-2.safetensors', index]
  expect(paths(short)).toEqual([index, ...short.slice(0, 2)])
  const long = parts.map((name) => name.replace('model', 'model.safetensors'))
  expect(paths([...long, index])).toEqual([index, ...long])
})

test('an adapter where there is nothing else', () => {
  const adapter = ['adapter_config.json', 'adapter_model.safetensors']
  expect(paths([...adapter, 'tokenizer.json'])).toEqual(['tokenizer.json', ...adapter])
})

test('other weights are called by name, and what has none is said to have none', () => {
  expect(() => choose(base)).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', found: 'pytorch_model.bin, onnx/model.onnx' }),
  )
  expect(() => choose(['consolidated.safetensors'])).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  expect(() => choose(['README.md'])).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', found: 'no weights' }),
  )
})

const quantized = [
  'README.md',
  'mmproj-F16.gguf',
  'imatrix.gguf',
  'tiny.Q4_K_M.gguf',
  'tiny-Q8_0.gguf',
  'UD/tiny-UD-Q4_K_XL.gguf',
  'BF16/tiny-00001-of-00002.gguf',
  'BF16/tiny-00002-of-00002.gguf',
]

test.each([
  ['owner/tiny:Q8_0', ['tiny-Q8_0.gguf']],
  ['owner/tiny:q4_k_m', ['tiny.Q4_K_M.gguf']],
  ['owner/tiny:Q4_K_XL', ['UD/tiny-UD-Q4_K_XL.gguf']],
  ['owner/tiny:UD-Q4_K_XL', ['UD/tiny-UD-Q4_K_XL.gguf']],
  ['owner/tiny:BF16', ['BF16/tiny-00001-of-00002.gguf', 'BF16/tiny-00002-of-00002.gguf']],
  [
    'owner/tiny/BF16/tiny-00002-of-00002.gguf',
    ['BF16/tiny-00001-of-00002.gguf', 'BF16/tiny-00002-of-00002.gguf'],
  ],
  ['owner/tiny/tiny-Q8_0.gguf', ['tiny-Q8_0.gguf']],
  ['owner/tiny/mmproj-F16.gguf', ['mmproj-F16.gguf']],
])('%s is %j', (id, expected) => {
  expect(choose(quantized, id)).toMatchObject({ kind: 'gguf', paths: expected })
})

test('several quantizations are listed with the names to ask for them by', () => {
  for (const id of ['owner/tiny', 'owner/tiny:Q2_K', 'owner/tiny:F16', 'owner/tiny/absent.gguf']) {
    expect(() => choose(quantized, id)).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        found: expect.stringMatching(/tiny\.Q4_K_M\.gguf, tiny-Q8_0\.gguf, UD\/tiny-UD-Q4_K_XL\.gguf/),
        remedy:
          'Choose one of them: owner/tiny:Q4_K_M, owner/tiny:Q8_0, owner/tiny:UD-Q4_K_XL, owner/tiny:BF16',
      }),
    )
  }
})

test('two models of one quantization are told apart by their files', () => {
  const two = ['small-Q8_0.gguf', 'large-Q8_0.gguf']
  expect(() => choose(two, 'owner/tiny:Q8_0')).toThrow(
    /owner\/tiny\/small-Q8_0.gguf, owner\/tiny\/large-Q8_0.gguf/,
  )
})

test('a lone GGUF model needs no name, and one that lacks parts is refused', () => {
  expect(choose([...base, 'sub/tiny.gguf', 'mmproj.gguf'])).toMatchObject({
    kind: 'gguf',
    paths: ['sub/tiny.gguf'],
  })
  expect(() => choose(['t-00001-of-00003.gguf', 't-00003-of-00003.gguf'])).toThrow(/Expected 3 parts of t in/)
})

test('a hundred thousand files take no time', () => {
  for (const end of ['!', '']) {
    const many = Array.from({ length: 100_000 }, (_, at) => `part-${'-Q1_'.repeat(20)}${at}${end}.gguf`)
    const start = performance.now()
    expect(() => choose(many)).toThrow(/and 99992 more/)
    expect(performance.now() - start).toBeLessThan(2000)
  }
})
