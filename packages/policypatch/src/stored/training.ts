/**
 * Core's training functions, over the platform's own storage (files, or the browser's): with `directory` a run is kept in
 * that folder, and the same call after a stop goes on from there; without it nothing is kept. Either way
 * `patch.save(path)` writes to that storage, unless `storage` says otherwise.
 */

import * as core from '@policypatch/core'
import * as coreTrain from '@policypatch/core/train'
import { defaultStorage } from '#default-storage'

interface Kept {
  readonly storage?: core.Storage | undefined
  readonly directory?: string | undefined
}

function stored<Options extends Kept, Result>(
  train: (options: Options) => Promise<Result>,
  savingTo: (result: Result, storage: core.Storage) => Result,
): (options: Options) => Promise<Result> {
  return async (options) => {
    if (options.storage) return train(options)
    const storage = defaultStorage()
    if (options.directory !== undefined) return train({ ...options, storage })
    return savingTo(await train(options), storage)
  }
}

const patchSavingTo = <Saved extends core.Patch>(patch: Saved, storage: core.Storage): Saved => ({
  ...patch,
  storage,
  save: (directory, target = storage) => patch.save(directory, target),
})

/** Trains a patch; see core's `trainPatch`. @function */
export const trainPatch: typeof core.trainPatch = stored(core.trainPatch, patchSavingTo)

/** Continues to train a patch against attacks; see core's `hardenPatch`. @function */
export const hardenPatch: typeof core.hardenPatch = stored(core.hardenPatch, (hardened, storage) => ({
  ...hardened,
  patch: patchSavingTo(hardened.patch, storage),
}))

/** Trains a prefix on the distributions of teachers; see core's `distillPatch`. @function */
export const distillPatch: typeof coreTrain.distillPatch = stored(coreTrain.distillPatch, patchSavingTo)

/** Trains one patch that does what a stack does, or a shorter one; see core's `compressPatches`. @function */
export const compressPatches: typeof core.compressPatches = stored(core.compressPatches, patchSavingTo)

/** Moves a patch to another release of its base model; see core's `rebasePatch`. @function */
export const rebasePatch: typeof coreTrain.rebasePatch = stored(coreTrain.rebasePatch, patchSavingTo)

/** Trains one patch for several domains; see core's `trainJointPatch`. @function */
export const trainJointPatch: typeof coreTrain.trainJointPatch = stored(
  coreTrain.trainJointPatch,
  patchSavingTo,
)
