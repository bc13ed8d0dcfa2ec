import type { LanguageModel } from '@policypatch/core'
import type { Backend, Prefix } from '@policypatch/core/platform'
import { initPrefix, PrefixTrainer } from '@policypatch/core/train'
import { goldenModel } from '../../core/test/goldens.ts'

const rows = [
  { prompt: [5, 17, 3], chosen: [9, 71, 8, 2], rejected: [44, 12, 2], kind: 'harmful' as const },
  { prompt: [80, 25, 90], chosen: [66, 2], rejected: [5, 38, 21, 2], kind: 'harmless' as const },
  { prompt: [41, 7], chosen: [19, 54, 2], rejected: [63, 2], kind: 'harmful' as const },
  { prompt: [14, 62, 9, 9], chosen: [30, 2], rejected: [31, 33, 2], kind: 'harmful' as const },
].map((row, i) => ({ ...row, referenceChosen: -10 - i, referenceRejected: -9 - i }))

export interface TrainingRun {
  readonly losses: number[]
  readonly prefix: Prefix
  /** What the patched model then says. */
  readonly tokens: readonly number[]
}

/** Ten steps of SFT, ten of DPO from there, and a response. */
export async function sameTraining(createBackend: () => Backend | Promise<Backend>): Promise<TrainingRun> {
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
