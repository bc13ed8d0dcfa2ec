import { refusalJudge } from '../../pairs/judges/refusal-judge.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import { keptAt } from '../../storage/memory-storage.ts'
import { within } from '../../storage/place.ts'
import { type HardenPatchOptions, hardenSettings } from './harden-options.ts'

export type HardenRun = ReturnType<typeof startHardenRun>

/** What all rounds of a run share. */
export function startHardenRun(options: HardenPatchOptions) {
  const { judge = refusalJudge(), seed = 0 } = options
  const directory = keptAt(options.directory)
  const settings = hardenSettings(options)
  const base = options.model.withPrefix(undefined)
  const { format, generation } = settings
  return {
    ...{ options, settings, directory, judge, seed, base },
    /** Where a round is saved. */
    roundFolder: (round: number) => within(directory, `round-${round}`),
    /** The base's own answers, or a patched model's. */
    answers: (model = base) => modelReference({ model, format, ...generation }),
    onProgress: (round: number) => (progress: StageProgress) =>
      options.onProgress?.({
        ...{ stage: 'pairs', part: progress.stage, round },
        ...{ done: progress.done, total: progress.total },
      }),
  }
}
