import '@tensorflow/tfjs-backend-cpu'
import type { NamedTensors, Signature, TensorProgram } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { traceProgram } from './trace-program.ts'

beforeEach(() => tf.setBackend('cpu'))

const signature: Signature = {
  inputs: {
    x: { shape: [128, 64], dtype: 'float32' },
    stack: { shape: [2, 3, 4], dtype: 'float32' },
    row: { shape: [3, 1], dtype: 'float32' },
    column: { shape: [1, 4], dtype: 'float32' },
  },
  weights: { w: { shape: [96, 64], data: new Float32Array(96 * 64) } },
  precision: 'int8',
}

const pick = (tensors: NamedTensors, name: string) => tensors[name] as tf.Tensor

function operators(program: TensorProgram, target: 'processor' | 'device'): string[] {
  return traceProgram(program, signature, { target }).nodes.map(({ opType }) => opType)
}

// What ONNX Runtime's webgpu provider has no operator for runs on the processor, with its operands copied there.
describe('a graph for a device', () => {
  it('has products with weights in float32, transposed where they are taken', () => {
    const program: TensorProgram = (inputs, { w }) => ({
      y: tf.matMul(pick(inputs, 'x'), w as tf.Tensor, false, true),
    })
    expect(operators(program, 'device')).toEqual(['Gemm'])
    expect(operators(program, 'processor')).toContain('MatMulIntegerToFloat')
  })

  it('transposes stacks of matrices before their product', () => {
    const program: TensorProgram = (inputs) => {
      const stack = pick(inputs, 'stack')
      return { y: tf.matMul(stack, stack, false, true) }
    }
    expect(operators(program, 'device')).toEqual(['Transpose', 'MatMul'])
    expect(operators(program, 'processor')).toEqual(['FusedMatMul'])
  })

  it('takes the factors of RMSNorm from plain operations, where they are wanted', () => {
    const normalized = (inputs: NamedTensors, output: 0 | 1) => ({
      y: (
        tf
          .engine()
          .runKernel(
            'PolicypatchRmsNorm',
            { x: pick(inputs, 'x'), weight: tf.ones([64]) },
            { epsilon: 1e-5 },
          ) as tf.Tensor[]
      )[output] as tf.Tensor,
    })
    expect(operators((inputs) => normalized(inputs, 0), 'device')).toEqual(['SimplifiedLayerNormalization'])
    expect(operators((inputs) => normalized(inputs, 1), 'device')).toEqual([
      'Mul',
      'ReduceMean',
      'Add',
      'Sqrt',
      'Reciprocal',
    ])
    expect(operators((inputs) => normalized(inputs, 1), 'processor')).toEqual([
      'SimplifiedLayerNormalization',
    ])
  })
})

it('powers are taken of equal shapes', () => {
  const program: TensorProgram = (inputs) => ({ y: tf.pow(pick(inputs, 'row'), pick(inputs, 'column')) })
  expect(operators(program, 'device')).toEqual(['Expand', 'Expand', 'Pow'])
})
