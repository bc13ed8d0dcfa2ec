import { beforeAll, describe, expect, it } from 'vitest'
import { cpuBackend } from '../../../test/cpu-backend.ts'
import { failingStorage } from '../../../test/failing-storage.ts'
import { goldenModel } from '../../../test/goldens.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import type { Storage } from '../../storage/storage.ts'
import { initPrefix } from '../trainer/prefix-init.ts'
import { PrefixTrainer } from '../trainer/prefix-trainer.ts'
import type { BestPrefix } from './checkpoint.ts'
import { runStage, type StageOptions } from './run-stage.ts'
import type { ValidationScores } from './validate-prefix.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await goldenModel('qwen2', cpuBackend())
})

const steps = 4

function trainerOf(): PrefixTrainer {
  const examples = [
    { prompt: [5, 17], chosen: [9, 2], kind: 'harmful' as const },
    { prompt: [80], chosen: [66, 12, 2], kind: 'harmful' as const },
    { prompt: [41, 7, 3], chosen: [54, 2], kind: 'harmless' as const },
  ]
  const prefix = initPrefix(model, { length: 2, init: 'vocab' })
  return new PrefixTrainer({
    model,
    prefix,
    objective: { type: 'sft' },
    examples,
    batchSize: 1,
    steps,
    learningRate: 0.05,
  })
}

/** Scores by a validation's place in the stage: the second, at step 2, is the best. */
const scoresAt: Record<number, ValidationScores> = {
  2: { harmful: 0.9, harmless: 0.8 },
  4: { harmful: 1, harmless: 0.5 },
}

async function run(storage: Storage, changes: Partial<StageOptions> = {}) {
  const trainer = trainerOf()
  const best: BestPrefix = await runStage({
    trainer,
    steps,
    storage,
    path: 'run/sft.safetensors',
    settings: 'these',
    checkpointEvery: 1,
    validateEvery: 2,
    validate: async () => scoresAt[trainer.steps] as ValidationScores,
    ...changes,
  })
  return { best, state: trainer.state() }
}

describe('runStage', () => {
  it('gives the prefix that validation found best, not the last', async () => {
    const watched: number[] = []
    const { best, state } = await run(memoryStorage(), { onValidation: (step) => watched.push(step) })
    expect(watched).toEqual([2, 4])
    expect([best.step, best.scores]).toEqual([2, scoresAt[2]])
    expect(best.prefix).not.toEqual(state.prefix)
  })

  it('gives the prefix that it started from where that was better', async () => {
    const initial = { harmful: 1, harmless: 1 }
    const { best } = await run(memoryStorage(), { initial })
    expect([best.step, best.scores]).toEqual([0, initial])
    expect(best.prefix).toEqual(trainerOf().prefix)
    expect((await run(memoryStorage(), { initial: { harmful: 0, harmless: 1 } })).best.step).toBe(2)
  })

  it('takes the latest among equals, and the last one without a validation', async () => {
    const equal = await run(memoryStorage(), {
      validate: async () => ({ harmful: 0.5, harmless: undefined }),
    })
    expect(equal.best.step).toBe(4)
    expect(equal.best.prefix).toEqual(equal.state.prefix)
    const trainer = trainerOf()
    const options = { trainer, steps, storage: memoryStorage(), path: 'c', settings: 's' }
    const unwatched = await runStage({ ...options, checkpointEvery: 9, validateEvery: 1 })
    expect([unwatched.step, unwatched.prefix]).toEqual([4, trainer.prefix])
    const unknown = { harmful: undefined, harmless: undefined }
    const later = trainerOf()
    const again = await runStage({
      ...options,
      trainer: later,
      storage: memoryStorage(),
      initial: unknown,
      checkpointEvery: 9,
      validateEvery: 1,
    })
    expect([again.step, again.prefix]).toEqual([4, later.prefix])
  })

  it.each([0, 1, 2, 3])('resumed after its %i. checkpoint failed is the unbroken run', async (writes) => {
    const whole = await run(memoryStorage())
    const storage = memoryStorage()
    await expect(run(failingStorage(storage, writes))).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
    const seen: number[] = []
    const resumed = await run(storage, { onMetrics: ({ step }) => seen.push(step) })
    expect(seen[0]).toBe(writes + 1)
    expect(resumed).toEqual(whole)
  })

  it.each([1, 3])(
    'aborted in step %i and resumed is the unbroken run, with fewer checkpoints too',
    async (at) => {
      const whole = await run(memoryStorage())
      const storage = memoryStorage()
      const stop = new AbortController()
      const options = {
        signal: stop.signal,
        onMetrics: ({ step }: { step: number }) => step === at && stop.abort(),
      }
      await expect(run(storage, { ...options, checkpointEvery: 2 })).rejects.toMatchObject({
        code: 'ABORTED',
      })
      expect(await run(storage, { checkpointEvery: 3 })).toEqual(whole)
    },
  )

  it('does nothing again once it is done', async () => {
    const storage = memoryStorage()
    const first = await run(storage)
    const again = await run(storage, {
      validate: () => Promise.reject(new Error('asked again')),
      onMetrics: ({ step }) => expect.fail(`step ${step} was run again`),
    })
    expect(again).toEqual(first)
  })

  it('refuses the checkpoint of another run', async () => {
    const storage = memoryStorage()
    await run(storage)
    await expect(run(storage, { settings: 'others' })).rejects.toMatchObject({
      code: 'RESUME_MISMATCH',
      expected: expect.stringContaining('run/sft.safetensors'),
    })
  })
})
