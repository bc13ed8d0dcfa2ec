import type { TrainPatchOptions } from 'policypatch'

/** Deviations from `trainPatch`'s defaults. Each recipe has its own patches in the work folder. */
export const recipe: Partial<TrainPatchOptions> = {}
