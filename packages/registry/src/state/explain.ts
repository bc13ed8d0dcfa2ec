import { heldPatch } from './held-patches.ts'
import type { LockedPatch } from './lock-file.ts'
import { label } from './resolve-patches.ts'
import type { StatePlace } from './state-place.ts'
import { readState } from './transaction.ts'
import { modelsWith } from './upgrade.ts'
import { parseRequirement } from './version-range.ts'

/** Why a patch is in use for a base model. */
export interface Reason {
  readonly model: string
  readonly locked: LockedPatch
  /** What policypatch.json wants of it; absent if it does not name it. */
  readonly wanted?: string
  /** The patches that require it, such as `toxicity 1.0.0`. */
  readonly requiredBy: readonly string[]
}

/** Why a patch is in use, by base model. Throws `NOT_FOUND` if it is not. */
export async function why(place: StatePlace, name: string): Promise<readonly Reason[]> {
  const state = await readState(place)
  const reasons: Reason[] = []
  for (const model of modelsWith(state, [name])) {
    const patches = state.lock.models[model] ?? {}
    const requiredBy: string[] = []
    for (const [other, { version }] of Object.entries(patches)) {
      const manifest = (await heldPatch(place, other, version))?.patch.manifest
      if (manifest?.requires.some((named) => parseRequirement(named).name === name))
        requiredBy.push(label(manifest))
    }
    const wanted = state.project.models[model]?.[name]
    const locked = patches[name] as LockedPatch
    reasons.push({ model, locked, ...(wanted !== undefined && { wanted }), requiredBy })
  }
  return reasons
}
