import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  domainPairs,
  fileStorage,
  type LanguageModel,
  modelReference,
  type Patch,
  type PreferencePair,
  type Reference,
  readPatch,
  type TrainPatchOptions,
  type TrainProgress,
  trainPatch,
} from 'policypatch'
import { writeJsonLines } from 'policypatch/platform'
import type { DomainCase } from './cases/domain-case.ts'
import { patchName } from './patch-name.ts'
import { rememberDistributions } from './remember-distributions.ts'

export interface TrainPatchesOptions {
  readonly model: LanguageModel
  readonly reference: LanguageModel
  /** Provides y⁺ in place of the reference, such as recorded outputs of another model. */
  readonly recorded?: Reference | undefined
  /** Deviations from the domain's recipe. */
  readonly training?: Pick<TrainPatchOptions, 'prefix' | 'sft' | 'dpo'> | undefined
  readonly folder: string
  readonly seeds: readonly number[]
  readonly onProgress: (line: string) => void
}

export interface TrainedPatches {
  /** The training pairs of all seeds. */
  readonly pairs: readonly PreferencePair[]
  readonly patches: readonly { readonly seed: number; readonly patch: Patch }[]
}

/** Makes the domain's pairs, then a patch per seed. Reuses the results in the folder. */
export async function trainPatches(
  { domain, train, validation }: DomainCase,
  { model, reference, recorded, training, folder, seeds, onProgress }: TrainPatchesOptions,
): Promise<TrainedPatches> {
  const storage = fileStorage(folder)
  const { validation: watched } = domain.training
  const pairs = await domainPairs({
    domain,
    model,
    reference: recorded ?? ((settings) => modelReference({ model: reference, ...settings })),
    prompts: train,
    batchSize: 32,
    path: { storage, path: 'pairs.journal.jsonl' },
    onProgress: ({ stage, done, total }) => onProgress(`pairs: ${stage} ${done}/${total}`),
  })
  await writeJsonLines(storage, 'pairs.jsonl', pairs)
  const teacher = rememberDistributions(modelReference({ model: reference, format: domain.format }))
  const patches: { seed: number; patch: Patch }[] = []
  for (const seed of seeds) {
    const directory = `seed-${seed}`
    if (!(await storage.exists(`${directory}/patch/patch.json`))) {
      mkdirSync(join(folder, directory), { recursive: true })
      const patch = await trainPatch({
        ...training,
        ...{ domain, model, reference: teacher, pairs, seed },
        // Evaluated later, on separate prompts.
        check: false,
        validation: watched !== false && validation.length > 0 && { prompts: validation },
        manifest: { name: patchName(domain.name) },
        directory: { storage, path: `${directory}/run` },
        onProgress: (event) => {
          if (event.stage === 'sft' || event.stage === 'dpo') {
            const { stage, metrics } = event
            appendFileSync(
              join(folder, directory, 'steps.jsonl'),
              `${JSON.stringify({ stage, ...metrics })}\n`,
            )
          }
          onProgress(`seed ${seed}: ${describe(event)}`)
        },
      })
      await patch.save({ storage, path: `${directory}/patch` })
    }
    patches.push({ seed, patch: await readPatch(join(folder, directory, 'patch')) })
  }
  return { pairs, patches }
}

function describe(event: TrainProgress): string {
  if (event.stage === 'sft' || event.stage === 'dpo') {
    return `${event.stage} ${event.done}/${event.total} loss ${event.metrics.loss.toFixed(3)}`
  }
  if (event.stage === 'validation')
    return `validation of ${event.of} ${event.step} ${JSON.stringify(event.scores)}`
  return JSON.stringify(event)
}
