import { fetchStorage } from '@policypatch/backend-web'
import { loadStoredModel } from '@policypatch/core/platform'
import { type DpoExample, PrefixTrainer } from '@policypatch/core/train'
import { type BackendName, createBackend } from './create-backend.ts'

/** Of core/test/goldens/training.json. */
export interface RecordedTraining {
  readonly rows: readonly { prompt: number[]; chosen: number[]; rejected: number[] }[]
  readonly prefix: readonly (readonly number[])[]
  readonly logps: { readonly chosen: readonly number[]; readonly rejected: readonly number[] }
  readonly trajectory: {
    readonly optimizer: {
      readonly learningRate: number
      readonly beta1: number
      readonly beta2: number
      readonly epsilon: number
      readonly weightDecay: number
    }
    readonly maxGradNorm: number
    readonly schedule: { readonly warmupSteps: number; readonly steps: number }
  }
}

interface TrainInput {
  readonly backend: BackendName
  /** Where the server has the tiny model, as a folder. */
  readonly address: string
  readonly recorded: RecordedTraining
  readonly type: 'sft' | 'dpo'
  readonly steps: number
}

/** Trains as the recorded run was trained; loss and gradient norm of each step. */
export async function train({ backend, address, recorded, type, steps }: TrainInput) {
  const runner = await createBackend(backend)
  const model = await loadStoredModel({ storage: fetchStorage(address), path: '' }, { backend: runner })
  const { prefix, rows, logps, trajectory } = recorded
  const { optimizer, schedule, maxGradNorm } = trajectory
  const examples = rows.map(
    (row, i): DpoExample => ({
      ...row,
      kind: 'harmful',
      referenceChosen: logps.chosen[i] as number,
      referenceRejected: logps.rejected[i] as number,
    }),
  )
  const trainer = new PrefixTrainer({
    model,
    prefix: { length: prefix.length, embeddings: Float32Array.from(prefix.flat()) },
    objective: type === 'sft' ? { type } : { type, beta: 0.1 },
    examples,
    batchSize: examples.length,
    ...schedule,
    learningRate: optimizer.learningRate,
    maxGradNorm,
    optimizer: {
      betas: [optimizer.beta1, optimizer.beta2],
      epsilon: optimizer.epsilon,
      weightDecay: optimizer.weightDecay,
    },
  })
  const found: { loss: number; gradNorm: number }[] = []
  while (found.length < steps) {
    const { loss, grad_norm } = await trainer.step(examples)
    found.push({ loss, gradNorm: grad_norm })
  }
  await trainer.dispose()
  await model.dispose()
  await runner.dispose()
  return found
}
