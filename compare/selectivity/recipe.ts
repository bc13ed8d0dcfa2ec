import type { TrainPatchOptions } from 'policypatch'

/** What is trained otherwise than by `trainPatch`'s own defaults. Another recipe has patches of its own in the work folder. */
export const recipe: Partial<TrainPatchOptions> = {}
