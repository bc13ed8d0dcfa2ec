import { type Backend, initPrefix, type LanguageModel, type Prefix, PrefixTrainer } from '@policypatch/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../core/test/cpu-backend.ts'
import { goldenModel } from '../../core/test/goldens.ts'
import { relativeDifference } from '../../core/test/relative-difference.ts'
import { onnxruntimeBackend } from '../src/onnxruntime-backend.ts'
import { tfjsNodeBackend } from '../src/tfjs-node-backend.ts'
import { webgpuProblem } from './software-webgpu.ts'
import { tfjsNodeProblem } from './tfjs-node-problem.ts'

const rows = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], rejected: [44, 12, 2], kind: 'harmful' as const },
  { prompt: [80, 25, 90], chosen: [66, 2], rejected: [5, 38, 21, 2], kind: 'harmless' as const },
  { prompt: [41, 7], chosen: [19, 54, 2], rejected: [63, 2], kind: 'harmful' as const },
  { prompt: [14, 62, 9, 9], chosen: [30, 2], rejected: [31, 33, 2], kind: 'harmful' as const },
].map((row, i) => ({ ...row, referenceChosen: -10 - i, referenceRejected: -9 - i }))

interface Run {
  readonly losses: number[]
  readonly prefix: Prefix
  /** What the patched model then says. */
  readonly tokens: readonly number[]
}

/** Ten steps of SFT, ten of DPO from there, and a response. */
async function train(createBackend: () => Backend | Promise<Backend>): Promise<Run> {
  const backend = await createBackend()
  const model: LanguageModel = await goldenModel('qwen2', backend)
  const losses: number[] = []
  let prefix: Prefix = initPrefix(model, { length: 3, init: 'vocab', seed: 1 })
  for (const objective of [{ type: 'sft' }, { type: 'dpo', beta: 0.3 }] as const) {
    const options = { model, prefix, objective, examples: rows, batchSize: 4, steps: 10, learningRate: 5e-2 }
    const trainer = new PrefixTrainer(options)
    for await (const { loss } of trainer) losses.push(loss)
    prefix = trainer.prefix
    await trainer.dispose()
  }
  const { tokens } = await model.withPrefix(prefix).generate('5 17 3', { maxTokens: 8 })
  await model.dispose()
  await backend.dispose()
  return { losses, prefix, tokens }
}

const problems = { webgpu: await webgpuProblem(), tfjsNode: await tfjsNodeProblem() }
const backends = [
  ['ONNX Runtime on cpu', undefined, () => onnxruntimeBackend({ threads: 1 })],
  ['ONNX Runtime on webgpu', problems.webgpu, () => onnxruntimeBackend({ device: 'webgpu', threads: 1 })],
  ['tfjs-node', problems.tfjsNode, () => tfjsNodeBackend()],
] as const

describe('the same patch from the same seed', () => {
  let reference: Run
  beforeAll(async () => {
    reference = await train(cpuBackend)
  }, 300_000)

  it('learns', () => {
    const { losses } = reference
    expect(losses[9]).toBeLessThan(0.8 * (losses[0] as number))
    expect(losses[19]).toBeLessThan(0.8 * (losses[10] as number))
  })

  for (const [name, problem, createBackend] of backends) {
    const title = `is trained on ${name} as on tfjs-cpu, and says the same${problem ? `: ${problem}` : ''}`
    it.skipIf(problem)(title, { timeout: 300_000 }, async () => {
      const { losses, prefix, tokens } = await train(createBackend)
      expect(losses.length).toBe(20)
      for (const [step, loss] of losses.entries())
        expect(Math.abs(loss - (reference.losses[step] as number))).toBeLessThan(1e-3)
      expect(relativeDifference(prefix.embeddings, reference.prefix.embeddings)).toBeLessThan(1e-3)
      expect(tokens).toEqual(reference.tokens)
    })
  }
})
