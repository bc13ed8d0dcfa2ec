import { opfsStorage, type Patch, readPatch } from 'policypatch'
import { patchFolders } from 'policypatch/platform'
import { type Fault, faultOf } from './outcome.ts'

export interface KeptPatches {
  /** Keeps a patch in place of one of its name; the fault where the browser keeps nothing. */
  keep(patch: Patch): Promise<Fault | undefined>
  forget(name: string): Promise<void>
  /** All that are kept; what cannot be read any more is removed, and said. */
  read(): Promise<{ readonly patches: readonly Patch[]; readonly faults: readonly Fault[] }>
}

/** The user's own patches in the browser's storage of this site, where they outlive the page. */
export function keptPatches(): KeptPatches {
  const storage = opfsStorage('playground-patches')
  // Where a browser has no such storage, nothing was kept.
  const isThere = () => globalThis.isSecureContext && 'getDirectory' in navigator.storage
  return {
    async keep(patch) {
      const { name } = patch.manifest
      try {
        await storage.remove(name)
        await patch.save({ storage, path: name })
        return undefined
      } catch (error) {
        return faultOf(error)
      }
    },
    async forget(name) {
      if (isThere()) await storage.remove(name)
    },
    async read() {
      const patches: Patch[] = []
      const faults: Fault[] = []
      if (!isThere() || !(await storage.exists(''))) return { patches, faults }
      for (const folder of await patchFolders({ storage, path: '' })) {
        try {
          patches.push(await readPatch(folder))
        } catch (error) {
          faults.push({
            ...faultOf(error),
            remedy: `Add ${folder.path} again: the browser’s copy of it is removed`,
          })
          await storage.remove(folder.path)
        }
      }
      return { patches, faults }
    },
  }
}
