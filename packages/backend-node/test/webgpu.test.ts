import type { TensorProgram } from '@policypatch/core'
import { backendConformance } from '@policypatch/core/testing'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { describeModelGoldens } from '../../core/test/model-goldens.ts'
import { describeTrainingGoldens } from '../../core/test/training-goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime-backend.ts'
import { webgpuProblem } from './software-webgpu.ts'

const problem = await webgpuProblem()
const createBackend = () => onnxruntimeBackend({ device: 'webgpu', threads: 1 })

describe.skipIf(problem)(`ONNX Runtime's webgpu provider${problem ? `: ${problem}` : ''}`, () => {
  describe('conformance', () => {
    it.each(backendConformance({ createBackend, tolerance: 1e-3 }))('$name', ({ run }) => run(), 120_000)
  })

  it('holds weights: memory that they came from is not read again', async () => {
    const backend = createBackend()
    const w = { shape: [3], data: Float32Array.of(2, 3, 4) }
    const signature = { inputs: { x: { shape: [3], dtype: 'float32' } }, weights: { w } } as const
    const program: TensorProgram = (inputs, weights) => ({
      y: tf.mul(inputs.x as tf.Tensor, weights.w as tf.Tensor),
    })
    const first = await backend.compile(program, signature)
    w.data.fill(0)
    const second = await backend.compile(program, { ...signature, resident: true })
    for (const compiled of [first, second]) {
      const { y } = await compiled.run({ x: { shape: [3], data: Float32Array.of(1, 1, 1) } })
      expect(y?.data).toEqual(Float32Array.of(2, 3, 4))
    }
    await backend.dispose()
  })

  describeModelGoldens(createBackend)
  describeTrainingGoldens(createBackend)
})
