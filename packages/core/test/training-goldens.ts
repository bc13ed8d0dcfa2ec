import { beforeAll, describe, expect, it } from 'vitest'
import type { Backend } from '../src/backend/backend.ts'
import type { LanguageModel, Prefix } from '../src/model/language-model/language-model.ts'
import type { DpoExample } from '../src/train/examples/example.ts'
import type { DpoLossType, Objective } from '../src/train/trainer/objective.ts'
import { PrefixTrainer } from '../src/train/trainer/prefix-trainer.ts'
import { goldenJson, goldenModel, relativeDifference } from './goldens.ts'

interface TrainingGoldens {
  rows: { prompt: number[]; chosen: number[]; rejected: number[] }[]
  prefix: number[][]
  policyPrefix: number[][]
  logps: { chosen: number[]; rejected: number[] }
  sft: { loss: number; gradient: number[][] }
  distillation: {
    topK: number
    teacherRows: { ids: number[][]; logProbabilities: number[][] }[]
    loss: number
    gradient: number[][]
  }
  dpo: {
    beta: number
    labelSmoothing: number
    sftWeight: number
    lossType: DpoLossType
    loss: number
    gradient: number[][]
    metrics: Record<string, number>
  }[]
  trajectory: {
    optimizer: { learningRate: number; beta1: number; beta2: number; epsilon: number; weightDecay: number }
    maxGradNorm: number
    schedule: { warmupSteps: number; steps: number }
    sft: TrajectoryStep[]
    dpo: TrajectoryStep[]
  }
}

interface TrajectoryStep {
  loss: number
  gradNorm: number
  learningRate: number
  prefix?: number[][]
}

const toPrefix = (rows: number[][]): Prefix => ({
  length: rows.length,
  embeddings: Float32Array.from(rows.flat()),
})

/** Tests losses, gradients and trajectories of training on a backend against those of PyTorch and PEFT. */
export function describeTrainingGoldens(createBackend: () => Backend): void {
  let goldens: TrainingGoldens
  let model: LanguageModel
  let examples: DpoExample[]

  beforeAll(async () => {
    goldens = await goldenJson<TrainingGoldens>('training.json')
    model = await goldenModel('llama', createBackend())
    examples = goldens.rows.map((row, i) => ({
      ...row,
      kind: 'harmful',
      referenceChosen: goldens.logps.chosen[i] as number,
      referenceRejected: goldens.logps.rejected[i] as number,
    }))
  })

  /**
   * A trainer's gradient, derived from one step: AdamW's first moment after one update without clipping is (1 − β₁) times the
   * gradient.
   */
  async function firstStep(objective: Objective, prefix: Prefix, batch: DpoExample[]) {
    const trainer = new PrefixTrainer({
      model,
      prefix,
      objective,
      examples: batch,
      batchSize: 3,
      steps: 1,
      learningRate: 1e-3,
      maxGradNorm: 1e9,
      optimizer: { betas: [0, 0.999] },
    })
    const metrics = await trainer.step(batch)
    const gradient = trainer.state().optimizer.first
    await trainer.dispose()
    return { metrics, gradient }
  }

  describe('losses and gradients against PyTorch and PEFT', () => {
    it('SFT', async () => {
      const { metrics, gradient } = await firstStep({ type: 'sft' }, toPrefix(goldens.prefix), examples)
      expect(Math.abs(metrics.loss - goldens.sft.loss)).toBeLessThan(1e-5)
      expect(relativeDifference(gradient, goldens.sft.gradient.flat())).toBeLessThan(1e-4)
    })

    it('each DPO loss type, with its metrics', async () => {
      expect(goldens.dpo.map(({ lossType }) => lossType)).toEqual(
        expect.arrayContaining(['sigmoid', 'hinge', 'ipo', 'robust']),
      )
      for (const golden of goldens.dpo) {
        const { beta, lossType, labelSmoothing, sftWeight } = golden
        const objective: Objective = { type: 'dpo', beta, lossType, labelSmoothing, sftWeight }
        const { metrics, gradient } = await firstStep(objective, toPrefix(goldens.policyPrefix), examples)
        expect(Math.abs(metrics.loss - golden.loss) / Math.max(1, golden.loss)).toBeLessThan(1e-5)
        expect(relativeDifference(gradient, golden.gradient.flat())).toBeLessThan(1e-4)
        for (const [name, value] of Object.entries(golden.metrics)) {
          expect(metrics[name as keyof typeof metrics]).toBeCloseTo(value, 4)
        }
      }
    })

    it('distillation over the top k and the rest', async () => {
      const { distillation } = goldens
      const taught = examples.map((example, i) => {
        const { ids, logProbabilities } = distillation.teacherRows[
          i
        ] as (typeof distillation.teacherRows)[number]
        const teacher = {
          k: distillation.topK,
          ids: Int32Array.from(ids.flat()),
          logps: Float32Array.from(logProbabilities.flat()),
        }
        return { ...example, teacher }
      })
      const weighted = await firstStep(
        { type: 'sft', distillationWeight: 0.5 },
        toPrefix(goldens.prefix),
        taught,
      )
      expect(Math.abs((weighted.metrics.kl as number) - distillation.loss)).toBeLessThan(1e-5)
      const expected = goldens.sft.gradient
        .flat()
        .map((g, i) => g + 0.5 * (distillation.gradient.flat()[i] as number))
      expect(relativeDifference(weighted.gradient, expected)).toBeLessThan(1e-4)
    })
  })

  describe('ten steps of AdamW against PyTorch and PEFT', () => {
    it.each(['sft', 'dpo'] as const)('%s', async (type) => {
      const { optimizer, schedule, maxGradNorm, [type]: steps } = goldens.trajectory
      const trainer = new PrefixTrainer({
        model,
        prefix: toPrefix(goldens.prefix),
        objective: type === 'sft' ? { type } : { type, beta: 0.1 },
        examples,
        batchSize: 3,
        ...schedule,
        learningRate: optimizer.learningRate,
        maxGradNorm,
        optimizer: {
          betas: [optimizer.beta1, optimizer.beta2],
          epsilon: optimizer.epsilon,
          weightDecay: optimizer.weightDecay,
        },
      })
      for (const golden of steps) {
        const metrics = await trainer.step(examples)
        expect(Math.abs(metrics.loss - golden.loss)).toBeLessThan(1e-5)
        expect(Math.abs(metrics.grad_norm / golden.gradNorm - 1)).toBeLessThan(1e-4)
        expect(metrics.learning_rate).toBeCloseTo(golden.learningRate, 10)
        if (golden.prefix) {
          expect(relativeDifference(trainer.prefix.embeddings, golden.prefix.flat())).toBeLessThan(1e-4)
        }
      }
      expect(trainer.steps).toBe(10)
      await trainer.dispose()
    })
  })
}
