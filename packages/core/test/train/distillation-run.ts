import { expect } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { describeBase } from '../../src/patch/apply/check-fit.ts'
import type { Patch } from '../../src/patch/patch.ts'
import { createPatch } from '../../src/patch/release/create-patch.ts'
import type { DistillTraining } from '../../src/train/distill/distill-patch.ts'
import type { TrainProgress } from '../../src/train/train-options.ts'
import { initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { tinyManifest } from '../patch/tiny-patch.ts'

/** A patch of four random virtual tokens. */
export function patchOf(model: LanguageModel, name: string, seed: number): Promise<Patch> {
  const prefix = initPrefix(model, { length: 4, init: 'random', seed })
  const manifest = { ...tinyManifest, name, domain: name, conflicts: [], effects: [] }
  return createPatch({
    manifest: { ...manifest, base: describeBase(model), prefix: { length: 4, init: 'random' } },
    prefix,
  })
}

export const prompts = ['5 17 3', '80 25 9', '41 7', '9 71 8'].map((prompt) => ({
  prompt,
  kind: 'harmful' as const,
}))
export const tasks = [
  { name: 'text', prompts: prompts.slice(0, 2), format: 'text' as const, maxResponseTokens: 4 },
  { name: 'more', prompts: prompts.slice(2), format: 'text' as const, maxResponseTokens: 2, share: 2 },
]
export const training: DistillTraining = {
  steps: 12,
  batchSize: 3,
  learningRate: 0.05,
  warmupSteps: 0,
  k: 8,
  weight: 20,
}

/** Collects the divergence that a run reports at each step. */
export function watch() {
  const divergences: number[] = []
  const onProgress = (event: TrainProgress) => {
    if (event.stage === 'sft') divergences.push(event.metrics.kl as number)
  }
  return { divergences, onProgress }
}
export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
export const fell = (divergences: readonly number[]) =>
  expect(mean(divergences.slice(-3))).toBeLessThan(0.7 * mean(divergences.slice(0, 2)))
