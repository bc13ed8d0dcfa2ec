/**
 * Core's training functions, over this machine's files: with `directory` a run is kept in that folder, and the same call
 * after a stop goes on from there; without it nothing is kept. Either way `patch.save(path)` writes to this machine's
 * files, unless `storage` says otherwise.
 */
import { fileStorage } from '@policypatch/backend-node'
import * as core from '@policypatch/core'

interface Kept {
  readonly storage?: core.Storage
  readonly directory?: string
}

function onDisk<Options extends Kept>(
  train: (options: Options) => Promise<core.Patch>,
): (options: Options) => Promise<core.Patch> {
  return async (options) => {
    if (options.storage) return train(options)
    const storage = fileStorage()
    if (options.directory !== undefined) return train({ ...options, storage })
    const patch = await train(options)
    return { ...patch, storage, save: (directory, target = storage) => patch.save(directory, target) }
  }
}

/** Trains a patch; see core's `trainPatch`. */
export const trainPatch: typeof core.trainPatch = onDisk(core.trainPatch)

/** Trains a prefix to have the distributions of teachers; see core's `distillPatch`. */
export const distillPatch: typeof core.distillPatch = onDisk(core.distillPatch)

/** One patch that does what a stack does, or a shorter one; see core's `compressPatches`. */
export const compressPatches: typeof core.compressPatches = onDisk(core.compressPatches)

/** Moves a patch to another release of its base; see core's `rebasePatch`. */
export const rebasePatch: typeof core.rebasePatch = onDisk(core.rebasePatch)

/** One patch for several domains; see core's `trainJointPatch`. */
export const trainJointPatch: typeof core.trainJointPatch = onDisk(core.trainJointPatch)
