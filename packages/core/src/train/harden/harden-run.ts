import { refusalJudge } from '../../pairs/judges/refusal-judge.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import { memoryStorage } from '../../storage/memory-storage.ts'
import { type HardenPatchOptions, hardenSettings } from './harden-options.ts'

export type HardenRun = ReturnType<typeof startHardenRun>

/** What all rounds of a run share. */
export function startHardenRun(options: HardenPatchOptions) {
  const {
    storage = memoryStorage(),
    directory = 'policypatch-run',
    judge = refusalJudge(),
    seed = 0,
  } = options
  const settings = hardenSettings(options)
  const base = options.model.withPrefix(undefined)
  const { format, generation } = settings
  return {
    ...{ options, settings, storage, directory, judge, seed, base },
    /** The base's own answers, and a patched model's. */
    answers: (model = base) => modelReference({ model, format, ...generation }),
    onProgress: (round: number) => (progress: StageProgress) =>
      options.onProgress?.({
        ...{ stage: 'pairs', part: progress.stage, round },
        ...{ done: progress.done, total: progress.total },
      }),
  }
}
