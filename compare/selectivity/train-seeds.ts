import { createHash } from 'node:crypto'
import { join } from 'node:path'
import {
  fileStorage,
  type LanguageModel,
  modelReference,
  type Patch,
  type PatchPrompt,
  readPatch,
  type TrainProgress,
  trainPatch,
} from 'policypatch'
import { formatReferenceShare } from 'policypatch/pairs'
import { formatOutcome } from 'policypatch/train'
import { recipe } from './recipe.ts'

export interface TrainSeedsOptions {
  readonly model: LanguageModel
  readonly reference: LanguageModel
  readonly prompts: readonly PatchPrompt[]
  readonly seeds: readonly number[]
  readonly folder: string
  readonly onProgress: (line: string) => void
}

export interface SeedPatch {
  readonly seed: number
  readonly patch: Patch
  /** Where the patch and its results are kept. */
  readonly folder: string
}

/** Trains a patch per seed. Reuses those in the folder with the same recipe and prompts. */
export async function trainSeeds(options: TrainSeedsOptions): Promise<SeedPatch[]> {
  const { model, reference, prompts, seeds, onProgress } = options
  const mark = createHash('sha256')
    .update(JSON.stringify([recipe, prompts]))
    .digest('hex')
    .slice(0, 8)
  const found: SeedPatch[] = []
  for (const seed of seeds) {
    const folder = join(options.folder, `recipe-${mark}`, `seed-${seed}`)
    const storage = fileStorage(folder)
    if (!(await storage.exists('patch/patch.json'))) {
      const patch = await trainPatch({
        ...{ model, prompts, seed },
        // Evaluated later, on separate prompts.
        check: false,
        reference: modelReference({ model: reference, maxTokens: 32, batchSize: 32 }),
        // As long as the reference's responses. A longer response would be trained to end where the reference was cut off.
        generation: { maxTokens: 32, batchSize: 32 },
        manifest: { name: 'harmfulness', domain: 'harmfulness' },
        ...recipe,
        directory: { storage, path: 'run' },
        onProgress: (event) => onProgress(`seed ${seed}: ${describeTraining(event)}`),
      })
      await patch.save({ storage, path: 'patch' })
    }
    found.push({ seed, folder, patch: await readPatch(join(folder, 'patch')) })
  }
  return found
}

/** Formats a line of progress. */
export function describeTraining(event: TrainProgress): string {
  if (event.stage === 'sft' || event.stage === 'dpo') {
    return `${event.stage} ${event.done}/${event.total} loss ${event.metrics.loss.toFixed(3)}`
  }
  if (event.stage === 'validation') {
    return `validation of ${event.of} ${event.step} ${JSON.stringify(event.scores)}`
  }
  if ('summary' in event) return event.summary
  if (event.stage === 'reference') return formatReferenceShare(event)
  if (event.stage === 'warning') return `warning: ${event.message}`
  if (event.stage === 'outcome') return formatOutcome(event.outcome)
  return `${event.stage}${event.stage === 'pairs' ? ` (${event.part})` : ''} ${event.done}/${event.total}`
}
