import type { TensorProgram } from '@policypatch/core/platform'
import { backendConformance } from '@policypatch/core/testing'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { cpuBackend } from '../../core/test/cpu-backend.ts'
import { relativeDifference } from '../../core/test/goldens.ts'
import { describeModelGoldens } from '../../core/test/model-goldens.ts'
import { describeTrainingGoldens } from '../../core/test/training-goldens.ts'
import { onnxruntimeBackend } from '../src/onnxruntime/onnxruntime-backend.ts'
import { tfjsNodeBackend } from '../src/tfjs-node-backend.ts'
import { tfjsNodeProblem } from './fixtures.ts'
import { sameTraining, type TrainingRun } from './same-training.ts'
import { webgpuProblem } from './software-webgpu.ts'

// In software shaders take seconds each to compile; one process, and so one file, compiles each once.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })
const problem = await webgpuProblem()
const createBackend = () => onnxruntimeBackend({ device: 'webgpu', threads: 1 })

describe.skipIf(problem)(`ONNX Runtime's webgpu provider${problem ? `: ${problem}` : ''}`, () => {
  describe('conformance', () => {
    it.each(backendConformance({ createBackend, tolerance: 1e-3 }))('$name', ({ run }) => run())
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

const backends = [
  ['ONNX Runtime on cpu', undefined, () => onnxruntimeBackend({ threads: 1 })],
  ['ONNX Runtime on webgpu', problem, () => onnxruntimeBackend({ device: 'webgpu', threads: 1 })],
  ['tfjs-node', await tfjsNodeProblem(), () => tfjsNodeBackend()],
] as const

describe('the same patch from the same seed', () => {
  let reference: TrainingRun
  beforeAll(async () => {
    reference = await sameTraining(cpuBackend)
  })

  it('learns', () => {
    const { losses } = reference
    expect(losses[9]).toBeLessThan(0.8 * (losses[0] as number))
    expect(losses[19]).toBeLessThan(0.8 * (losses[10] as number))
  })

  for (const [name, problem, createBackend] of backends) {
    const title = `is trained on ${name} as on tfjs-cpu, and says the same${problem ? `: ${problem}` : ''}`
    it.skipIf(problem)(title, async () => {
      const { losses, prefix, tokens } = await sameTraining(createBackend)
      expect(losses.length).toBe(20)
      for (const [step, loss] of losses.entries())
        expect(Math.abs(loss - (reference.losses[step] as number))).toBeLessThan(1e-3)
      expect(relativeDifference(prefix.embeddings, reference.prefix.embeddings)).toBeLessThan(1e-3)
      expect(tokens).toEqual(reference.tokens)
    })
  }
})
