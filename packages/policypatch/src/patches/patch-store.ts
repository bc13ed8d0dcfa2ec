import * as core from '@policypatch/core'
import type { PatchStore, PatchStoreOptions } from '@policypatch/core/patch'
import type { Place } from '@policypatch/core/platform'
import { defaultPatchFolder } from '#default-storage'

/** The store of patches installed for this user, or under `root`; see core's `patchStore`. */
export const patchStore = (root: Place = defaultPatchFolder(), options: PatchStoreOptions = {}): PatchStore =>
  core.patchStore(root, options)
