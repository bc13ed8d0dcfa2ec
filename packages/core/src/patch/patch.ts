import type { Prefix } from '../model/language-model/language-model.ts'
import type { Place } from '../storage/place.ts'
import type { PatchManifest } from './manifest.ts'

/** A trained prefix with its manifest. */
export interface PatchContents {
  readonly manifest: PatchManifest
  readonly prefix: Prefix
}

/** The files of a patch's directory by their names. */
export type PatchFiles = Readonly<Record<string, Uint8Array>>

/** A release: a prefix, its manifest and the very bytes they are kept and signed as. */
export interface Patch extends PatchContents {
  readonly files: PatchFiles
  /** Size of its files together, in bytes. */
  readonly bytes: number
  /** Learned numbers: m · d, and those of a gate. */
  readonly parameters: number
  /** Writes the patch's files to a folder, in place of a patch that is there. */
  save(folder: Place): Promise<void>
}
