/** Core's functions for patches, over the platform's own storage (files, or the browser's) unless another is given. */

import * as core from '@policypatch/core'
import * as corePatch from '@policypatch/core/patch'
import type * as corePlatform from '@policypatch/core/platform'
import { defaultPatchFolder, defaultStorage } from '#default-storage'

/** Reads a patch from a folder and checks all of it; see core's `readPatch`. */
export const readPatch = (directory: string, storage: core.Storage = defaultStorage()): Promise<core.Patch> =>
  core.readPatch(storage, directory)

/** A patch whose `save(path)` writes to the platform's storage; see core's `createPatch`. */
export const createPatch = (options: corePatch.CreatePatchOptions): Promise<core.Patch> =>
  core.createPatch({ ...options, storage: options.storage ?? defaultStorage() })

/** Combines several patches into one, whose `save(path)` writes to the platform's storage; see core's `composePatches`. */
export const composePatches = (options: corePatch.ComposePatchesOptions): Promise<core.Patch> =>
  core.composePatches({ ...options, storage: options.storage ?? defaultStorage() })

/** The prefix that PEFT saved in a folder; see core's `importPeftPromptTuning`. */
export const importPeftPromptTuning = (
  directory: string,
  storage: core.Storage = defaultStorage(),
): Promise<corePlatform.Prefix> => corePatch.importPeftPromptTuning(storage, directory)

/** Patches installed for this user, or under `root`; see core's `patchStore`. */
export const patchStore = (
  root: string = defaultPatchFolder(),
  storage: core.Storage = defaultStorage(),
): corePatch.PatchStore => core.patchStore(storage, root)
