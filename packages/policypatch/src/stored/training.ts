/** Core's training functions; with `directory` a run is kept in the platform's own storage unless another is given. */

import * as core from '@policypatch/core'
import * as coreTrain from '@policypatch/core/train'
import { keptInDirectory } from './kept.ts'

/** Trains a patch; see core's `trainPatch`. @function */
export const trainPatch: typeof core.trainPatch = (options) => core.trainPatch(keptInDirectory(options))

/** Continues to train a patch against attacks; see core's `hardenPatch`. @function */
export const hardenPatch: typeof core.hardenPatch = (options) => core.hardenPatch(keptInDirectory(options))

/** Trains a prefix on the distributions of teachers; see core's `distillPatch`. @function */
export const distillPatch: typeof coreTrain.distillPatch = (options) =>
  coreTrain.distillPatch(keptInDirectory(options))

/** Trains one patch that does what a stack does, or a shorter one; see core's `compressPatches`. @function */
export const compressPatches: typeof core.compressPatches = (options) =>
  core.compressPatches(keptInDirectory(options))

/** Moves a patch to another release of its base model; see core's `rebasePatch`. @function */
export const rebasePatch: typeof coreTrain.rebasePatch = (options) =>
  coreTrain.rebasePatch(keptInDirectory(options))

/** Trains one patch for several domains; see core's `trainJointPatch`. @function */
export const trainJointPatch: typeof coreTrain.trainJointPatch = (options) =>
  coreTrain.trainJointPatch(keptInDirectory(options))
