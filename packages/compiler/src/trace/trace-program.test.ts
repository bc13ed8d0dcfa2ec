import '@tensorflow/tfjs-backend-cpu'
import { PatchError } from '@policypatch/core'
import type { Signature, TensorProgram } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeOnnx } from '../onnx/encode-onnx.ts'
import { traceProgram } from './trace-program.ts'

beforeEach(() => tf.setBackend('cpu'))

const x = { shape: [2, 3], dtype: 'float32' } as const
const signature: Signature = {
  inputs: { x, ids: { shape: [2], dtype: 'int32' } },
  weights: {
    w: { shape: [3, 4], data: new Float32Array(12) },
    unused: { shape: [5], data: new Float32Array(5) },
  },
}

/** The operators of a graph, in order. */
function operators(program: TensorProgram): string[] {
  return traceProgram(program, signature).nodes.map(({ opType }) => opType)
}

function tensor(tensors: Readonly<Record<string, tf.Tensor>>, name: string): tf.Tensor {
  return tensors[name] as tf.Tensor
}

describe('the graph', () => {
  it('declares what is used, and nothing else', () => {
    const graph = traceProgram(
      (inputs, weights) => ({ y: tf.matMul(tensor(inputs, 'x'), tensor(weights, 'w')) }),
      signature,
    )
    expect(graph.inputs).toEqual([
      { name: 'input.x', source: 'input', key: 'x', shape: [2, 3], dtype: 'float32' },
      { name: 'weight.w', source: 'weight', key: 'w', shape: [3, 4], dtype: 'float32' },
    ])
    expect(graph.outputs).toEqual([{ name: 'output.y', key: 'y', shape: [2, 4], dtype: 'float32' }])
    expect(graph.nodes).toEqual([
      {
        opType: 'MatMul',
        domain: '',
        inputs: ['input.x', 'weight.w'],
        outputs: ['output.y'],
        attributes: {},
      },
    ])
    expect(graph.constants).toEqual([])
  })

  it('leaves out what no output needs', () => {
    const found = operators((inputs) => {
      tf.exp(tensor(inputs, 'x'))
      return { y: tf.sin(tensor(inputs, 'x')) }
    })
    expect(found).toEqual(['Sin'])
  })

  it('says the same thing once', () => {
    const found = operators((inputs) => {
      const root = () => tf.sqrt(tf.add(tensor(inputs, 'x'), tf.tensor1d([1, 2, 3])))
      return { y: tf.mul(root(), root()) }
    })
    expect(found).toEqual(['Add', 'Sqrt', 'Mul'])
  })

  it('folds chains of reshapes and transpositions', () => {
    const found = operators((inputs) => {
      const flat = tf.reshape(tf.expandDims(tensor(inputs, 'x'), 1), [6])
      const back = tf.transpose(tf.transpose(tf.reshape(flat, [2, 3])))
      return { same: tf.exp(back), column: tf.transpose(tf.reshape(flat, [6, 1])) }
    })
    expect(found.toSorted()).toEqual(['Exp', 'Reshape'])
  })

  it('takes transpositions into products', () => {
    const graph = traceProgram((inputs) => {
      const rows = tensor(inputs, 'x')
      return { y: tf.matMul(rows, tf.transpose(rows)) }
    }, signature)
    expect(graph.nodes.map(({ opType, attributes }) => [opType, attributes])).toEqual([
      ['FusedMatMul', { transA: 0, transB: 1 }],
    ])
  })

  it('works out constants', () => {
    const graph = traceProgram((inputs) => {
      const angles = tf.mul(tf.reshape(tf.range(0, 3), [1, 3]), 0.5)
      return { y: tf.mul(tensor(inputs, 'x'), tf.cos(angles)) }
    }, signature)
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Mul'])
    expect(graph.constants.map(({ data }) => [...(data as Float32Array)])).toEqual([
      [1, Math.fround(Math.cos(0.5)), Math.fround(Math.cos(1))],
    ])
  })

  it('multiplies numbers that follow one another', () => {
    const graph = traceProgram(
      (inputs) => ({ y: tf.mul(tf.div(tf.mul(tensor(inputs, 'x'), 3), 4), 2) }),
      signature,
    )
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Mul'])
    expect(graph.constants.map(({ data }) => [...(data as Float32Array)])).toEqual([[1.5]])
  })

  it('has weights in the type that is asked for', () => {
    const quantized: Signature = {
      inputs: { x: { shape: [2, 64], dtype: 'float32' } },
      weights: { w: { shape: [64, 64], data: new Float32Array(64 * 64) } },
      precision: 'int8',
    }
    const types = (['int8', 'uint8'] as const).map((quantizedType) => {
      const { inputs, nodes } = traceProgram(
        ({ x }, { w }) => ({ y: tf.matMul(x as tf.Tensor, w as tf.Tensor) }),
        quantized,
        { quantizedType },
      )
      const product = nodes.find(({ opType }) => opType === 'MatMulIntegerToFloat')
      const { dtype } = inputs.find(({ quantized }) => quantized?.part === 'values')!
      // The zero point of the weights is the sixth operand.
      return [dtype, product?.inputs.length]
    })
    expect(types).toEqual([
      ['int8', 5],
      ['uint8', 6],
    ])
  })

  it('writes nothing large for uniform constants', () => {
    const graph = traceProgram((inputs) => {
      const big = tf.fill([1000, 1000], 2)
      const loss = (row: tf.Tensor) => tf.mean(tf.sum(tf.mul(big, row), 0))
      const gradient = tf.grad(loss)(tf.slice(tensor(inputs, 'x'), [0, 0], [1, 1]))
      return { gradient, zeros: tf.zerosLike(big) }
    }, signature)
    expect(graph.constants.every(({ data }) => data.length <= 64)).toBe(true)
    expect(encodeOnnx(graph).length).toBeLessThan(2000)
  })
})

describe('free lengths', () => {
  const free: Signature = {
    inputs: { x: { shape: [1, 1, 4], dtype: 'float32', free: { 0: 'rows', 1: 'length' } } },
    weights: { w: { shape: [4, 4], data: new Float32Array(16) } },
  }

  it('are named where they are fed and given, and worked out where a shape needs them', () => {
    const graph = traceProgram((inputs, weights) => {
      const rows = tf.reshape(tensor(inputs, 'x'), [-1, 4])
      return {
        y: tf.transpose(
          tf.reshape(tf.matMul(rows, tensor(weights, 'w')), tensor(inputs, 'x').shape),
          [1, 0, 2],
        ),
      }
    }, free)
    expect(graph.inputs[0]?.free).toEqual({ 0: 'rows', 1: 'length' })
    expect(graph.outputs[0]?.free).toEqual({ 0: 'length', 1: 'rows' })
    expect(graph.nodes.filter(({ opType }) => opType === 'Shape')).toHaveLength(2)
    expect(graph.constants.flatMap(({ data }) => [...data].map(Number)).every((value) => value <= 4)).toBe(
      true,
    )
  })

  it('are refused as numbers, and where there are too many', () => {
    const numbers: TensorProgram = (inputs) => ({
      y: tf.mul(tensor(inputs, 'x'), tensor(inputs, 'x').shape[0] ?? 0),
    })
    expect(() => traceProgram(numbers, free)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    const range: TensorProgram = (inputs) => ({
      y: tf.tile(tf.tensor1d([1, 2]), [tensor(inputs, 'x').shape[1] ?? 0]),
    })
    expect(() => traceProgram(range, free)).toThrow('free length')
    const many = { ...x, free: { 0: 'a', 1: 'b' } }
    expect(() =>
      traceProgram((inputs) => ({ y: tensor(inputs, 'x') }), {
        ...free,
        inputs: { x: many, z: { ...many, free: { 0: 'c' } } },
      }),
    ).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', found: 'a, b, c' }))
  })
})

describe('a resident program', () => {
  it('refers to matrices that are multiplied, and is fed what rows are picked from', () => {
    const graph = traceProgram(
      (inputs, weights) => ({
        y: tf.matMul(
          tf.reshape(tf.gather(tensor(weights, 'unused'), tensor(inputs, 'ids')), [1, 2]),
          tf.slice(tensor(weights, 'w'), [0, 0], [2, 4]),
        ),
      }),
      { ...signature, resident: true },
    )
    expect(graph.inputs.filter(({ resident }) => resident).map(({ key }) => key)).toEqual(['w'])
    expect(new TextDecoder().decode(encodeOnnx(graph))).toContain('location')
  })
})

describe('the engine', () => {
  it('is left as it was found', () => {
    const kept = tf.tensor1d([1, 2, 3])
    const before = tf.memory()
    const graph = traceProgram(
      (inputs) => ({ y: tf.grad((v) => tf.sum(tf.square(v)))(tf.add(tensor(inputs, 'x'), kept)) }),
      signature,
    )
    expect(graph.constants.map(({ data }) => [...(data as Float32Array)])).toContainEqual([1, 2, 3])
    expect(tf.getBackend()).toBe('cpu')
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    })
    expect([...kept.dataSync()]).toEqual([1, 2, 3])
    kept.dispose()
  })

  it('is left as it was found by a program that throws', () => {
    const before = tf.memory().numTensors
    const failing: TensorProgram = (inputs) => {
      const gradient = tf.grad((v) => {
        tf.exp(v)
        throw new Error('halfway')
      })
      return { y: gradient(tensor(inputs, 'x')) }
    }
    expect(() => traceProgram(failing, signature)).toThrow('halfway')
    expect(tf.getBackend()).toBe('cpu')
    expect(tf.memory().numTensors).toBe(before)
    expect([
      ...tf
        .grad((v) => tf.square(v))(tf.tensor1d([3]))
        .dataSync(),
    ]).toEqual([6])
  })
})

describe('a program that cannot be traced', () => {
  it('is refused with the kernel by name', () => {
    expect(() => operators((inputs) => ({ y: tf.asinh(tensor(inputs, 'x')) }))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', found: 'the kernel Asinh' }),
    )
  })

  it('is refused where it reads what depends on its inputs', () => {
    const reads = (name: string) => () =>
      operators((inputs) => ({
        y: tf.scalar(tf.mul(name === 'x' ? tensor(inputs, 'x') : tf.scalar(2), 3).dataSync()[0] ?? 0),
      }))
    expect(reads('x')).toThrow(PatchError)
    expect(reads('x')).toThrow('[2,3]')
    expect(reads('constant')).not.toThrow()
  })
})
