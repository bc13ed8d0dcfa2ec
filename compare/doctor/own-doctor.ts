/**
 * Both sides of doctor.ts: the first step returns the doctor's estimates, the others the measured cost of loading, generating or
 * training.
 */
import { onnxruntimeBackend, resolveModel } from '@policypatch/backend-node'
import {
  createRandom,
  diagnoseModel,
  loadStoredModel,
  type StepShape,
  type StoredPlace,
} from '@policypatch/core/platform'
import { PrefixTrainer } from '@policypatch/core/train'
import { median } from '../../timing/figures.ts'
import { billionConfig, syntheticFiles } from '../../timing/synthetic-files.ts'
import { timeStream, withoutEnd } from '../sides/own-stream.ts'
import { serveSteps } from '../sides/serve-steps.ts'

export interface DoctorTask {
  readonly side: 'diagnosis' | 'training' | 'generation'
  /** As for `resolveModel`. If absent, the synthetic model. */
  readonly model?: string
  readonly step: StepShape
  readonly runs: number
  readonly threads: number
}

/** Seconds per step or further token, and the process's peak bytes. */
export interface DoctorReport {
  readonly step?: number
  readonly token?: number
  readonly training?: number
  readonly generation?: number
  /** Seconds of the whole diagnosis. */
  readonly seconds: number
}

await serveSteps<DoctorTask>(async (task) => {
  const { model, threads } = task
  const place: StoredPlace = model ? await resolveModel(model) : await syntheticFiles(billionConfig)
  const backend = onnxruntimeBackend({ threads })
  const run = { diagnosis, training, generation }[task.side]
  return async (): Promise<DoctorReport> => {
    const start = performance.now()
    const report = await run(place, backend, task)
    return { ...report, seconds: (performance.now() - start) / 1000 }
  }
})

type Backend = ReturnType<typeof onnxruntimeBackend>

function peak(): number {
  return 1024 * process.resourceUsage().maxRSS
}

async function diagnosis(place: StoredPlace, backend: Backend, { step }: DoctorTask) {
  const { memory, times, works, checks } = await diagnoseModel(place, {
    ...{ backend, step, precision: 'int8' },
    memoryInUse: () => process.memoryUsage.rss(),
  })
  if (!works || !memory) throw new Error(JSON.stringify(checks.filter(({ state }) => state === 'fails')))
  return {
    ...{ step: times?.step, token: times?.token },
    ...{ training: memory.training.total, generation: memory.generation.total },
  } as Omit<DoctorReport, 'seconds'>
}

async function generation(place: StoredPlace, backend: Backend, { runs }: DoctorTask) {
  const model = await withoutEnd(await loadStoredModel(place, { backend, precision: 'int8' }))
  const times: number[] = []
  const tokens = 64
  await timeStream(model, 'Once upon a time there was', { maxTokens: tokens })
  for (let i = 0; i < runs; i++) {
    const { first, seconds } = await timeStream(model, 'Once upon a time there was', { maxTokens: tokens })
    times.push((seconds - first) / (tokens - 1))
  }
  return { token: median(times), generation: peak() }
}

/** Runs the first training steps, with different ids from the doctor's, an optimizer and all examples. */
async function training(place: StoredPlace, backend: Backend, { step, runs }: DoctorTask) {
  const { batchSize, promptTokens, responseTokens, prefixLength } = step
  const model = await loadStoredModel(place, { backend, precision: 'int8' })
  const random = createRandom(7)
  const ids = (length: number) => Array.from({ length }, () => random.integer(model.config.vocabSize))
  const trainer = new PrefixTrainer({
    ...{ model, batchSize, steps: 100, learningRate: 1e-2, objective: { type: 'sft' } },
    prefix: {
      length: prefixLength,
      embeddings: Float32Array.from(
        { length: prefixLength * model.config.hiddenSize },
        () => 0.02 * random.normal(),
      ),
    },
    examples: Array.from({ length: batchSize }, (_, row) => ({
      prompt: [row, ...ids(promptTokens - 1)],
      chosen: ids(responseTokens),
      kind: 'harmful' as const,
    })),
  })
  const times: number[] = []
  await trainer.step()
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    await trainer.step()
    times.push((performance.now() - start) / 1000)
  }
  return { step: median(times), training: peak() }
}
