import type { LanguageModel } from '@policypatch/core'
import { createRandom, type Signature } from '@policypatch/core/platform'
import type * as tf from '@tensorflow/tfjs-core'
import { matMul } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenModel } from '../../core/test/goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'

const backend = onnxruntimeBackend({ threads: 1 })
afterAll(() => backend.dispose())

describe('steps of a few tokens and of many, which hold weights of their own', () => {
  let model: LanguageModel
  let compiled: Signature[] = []
  beforeAll(async () => {
    const counting: typeof backend = {
      ...backend,
      compile(program, signature) {
        compiled.push(signature)
        return backend.compile(program, signature)
      },
    }
    model = await goldenModel('llama', counting)
  })
  const prompts = ['5 17 3', '80 25 25 90 3', '41', '9 71 8 33 60 4 17']
  const residents = () => compiled.filter(({ resident }) => resident).length

  async function generated(maxTokens: number, batchSize: number): Promise<number[][]> {
    const tokens: number[][] = []
    for await (const { index, tokens: own } of model.generateBatch(prompts, { maxTokens, batchSize }))
      tokens[index] = [...own]
    return tokens
  }

  it('choose the same tokens, alone and together, while the cache grows', async () => {
    const few = await generated(7, 4)
    expect(residents()).toBe(0)
    const many = await generated(90, 4)
    expect(residents()).toBe(1)
    compiled = []
    const alone = await generated(90, 1)
    expect(residents()).toBe(1)
    expect(many.map((tokens) => tokens.slice(0, 7))).toEqual(few)
    expect(alone).toEqual(many)
    expect(many.some((tokens) => tokens.length > 64)).toBe(true)
  })

  it('are compiled once for all lengths and numbers of rows', async () => {
    compiled = []
    await generated(40, 3)
    await generated(40, 2)
    expect(residents()).toBe(0)
    const steps = compiled.filter(({ inputs }) => Object.values(inputs).some(({ free }) => free))
    expect(steps).toEqual([])
  })
})

describe('products in int8 with resident weights', () => {
  const [inner, columns] = [96, 128]
  const { uniform } = createRandom(4)
  const values = (length: number) => Float32Array.from({ length }, () => uniform() - 0.5)
  const w = { shape: [columns, inner], data: values(columns * inner) }
  const product = (signature: Pick<Signature, 'inputs' | 'resident'>) =>
    backend.compile(
      (inputs, weights) => ({ y: matMul(inputs.x as tf.Tensor, weights.w as tf.Tensor, false, true) }),
      { ...signature, weights: { w }, precision: 'int8' },
    )
  const spec = (rows: number) => ({ x: { shape: [rows, inner], dtype: 'float32' } }) as const

  it('are those with weights that are fed, for any number of rows', async () => {
    const free = { x: { ...spec(1).x, free: { 0: 'rows' } } }
    const resident = await product({ inputs: free, resident: true })
    for (const rows of [2, 5]) {
      const x = { shape: [rows, inner], data: values(rows * inner) }
      const fed = await product({ inputs: spec(rows) })
      expect(await resident.run({ x })).toEqual(await fed.run({ x }))
    }
    const x = { shape: [1, inner], data: values(inner) }
    const single = await product({ inputs: spec(1), resident: true })
    expect(await single.run({ x })).toEqual(await (await product({ inputs: spec(1) })).run({ x }))
  })

  it('refuse to be run with others', async () => {
    const resident = await product({ inputs: spec(2), resident: true })
    const x = { shape: [2, inner], data: values(2 * inner) }
    await expect(resident.run({ x }, { w })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
