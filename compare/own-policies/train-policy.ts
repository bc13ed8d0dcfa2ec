import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  fileStorage,
  type LanguageModel,
  type Patch,
  readPatch,
  recordedReference,
  trainPatch,
} from 'policypatch'
import { describeTraining } from '../selectivity/train-seeds.ts'
import type { Policy, PolicyPrompts } from './policy-prompts.ts'

export interface TrainPolicyOptions {
  readonly model: LanguageModel
  readonly policy: Policy
  readonly recorded: PolicyPrompts['recorded']
  readonly seed: number
  readonly folder: string
  readonly onProgress: (line: string) => void
}

export interface PolicyPatch {
  readonly patch: Patch
  /** Where the patch and its results are kept. */
  readonly folder: string
}

/**
 * Trains a patch from nothing but the prompts and recorded answers, with the trainer's defaults. Reuses one in the folder with
 * the same prompts, answers and seed.
 */
export async function trainPolicy(options: TrainPolicyOptions): Promise<PolicyPatch> {
  const { model, policy, recorded, seed, onProgress } = options
  const mark = createHash('sha256').update(JSON.stringify(recorded)).digest('hex').slice(0, 8)
  const folder = join(options.folder, `${policy}-${mark}`, `seed-${seed}`)
  const storage = fileStorage(folder)
  if (!(await storage.exists('patch/patch.json'))) {
    const lines = recorded.map((row) => `${JSON.stringify(row)}\n`).join('')
    await storage.write('recorded.jsonl', new TextEncoder().encode(lines))
    const patch = await trainPatch({
      ...{ model, seed },
      prompts: recorded.map(({ prompt }) => ({ prompt, kind: 'harmful' })),
      reference: await recordedReference({ storage, path: 'recorded.jsonl' }),
      generation: { maxTokens: 32, batchSize: 32 },
      // Evaluated later, on separate prompts.
      check: false,
      manifest: { name: policy, domain: policy },
      directory: { storage, path: 'run' },
      onProgress: (event) => onProgress(describeTraining(event)),
    })
    await patch.save({ storage, path: 'patch' })
  }
  return { folder, patch: await readPatch(join(folder, 'patch')) }
}
