import { PatchError } from '../errors.ts'
import { gatesOf } from '../model/gate/gate.ts'
import type { Prefix } from '../model/language-model/language-model.ts'
import type { Storage } from '../storage/storage.ts'
import type { Patch, PatchContents, PatchFiles } from './patch.ts'
import { writePatch } from './write-patch.ts'

/** Learned numbers: those of the virtual tokens, and of the gates. */
const parametersOf = (prefix: Prefix): number =>
  gatesOf(prefix).reduce(
    (sum, gate) => sum + (gate ? gate.hidden.length + gate.hiddenBias.length + gate.output.length + 1 : 0),
    prefix.embeddings.length,
  )

/** A patch whose contents and files have been checked against each other. */
export function patchOfFiles(
  { manifest, prefix }: PatchContents,
  files: PatchFiles,
  storage: Storage | undefined,
): Patch {
  return {
    manifest,
    prefix,
    files,
    storage,
    bytes: Object.values(files).reduce((sum, file) => sum + file.length, 0),
    parameters: parametersOf(prefix),
    async save(directory, target = storage) {
      if (!target) {
        throw new PatchError('INVALID_ARGUMENT', {
          expected: 'a storage to save the patch to',
          found: 'none, because the patch was created without one',
          remedy: 'Call patch.save(directory, storage), or pass a storage to createPatch or trainPatch',
        })
      }
      await writePatch(target, directory, { files })
    },
  }
}
