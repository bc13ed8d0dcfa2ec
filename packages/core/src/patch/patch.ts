import type { Prefix } from '../model/language-model/language-model.ts'
import type { Place } from '../storage/place.ts'
import type { PatchManifest } from './manifest.ts'

/** A trained prefix with its manifest. */
export interface PatchContents {
  readonly manifest: PatchManifest
  readonly prefix: Prefix
}

/** The files of a patch's directory by name. */
export type PatchFiles = Readonly<Record<string, Uint8Array>>

/** A release: a prefix, its manifest and the exact bytes in which they are stored and signed. */
export interface Patch extends PatchContents {
  readonly files: PatchFiles
  /** Total size of its files in bytes. */
  readonly bytes: number
  /** Number of learned parameters: m · d, and those of its gates. */
  readonly parameters: number
  /** Writes the patch's files to a folder, replacing any patch there. */
  save(folder: Place): Promise<void>
}
