import type { Patch } from '@policypatch/core'

/** Where patches come from when they are asked for by name or source. Every patch was verified by the trust policy, if there is one. */
export interface PatchSource {
  /** The patch of a name, or NAME@VERSION, that is installed or comes with the package. Throws `NOT_FOUND`. */
  find(spec: string): Promise<Patch>
  /** Whether a source is a path on this machine. Throws `INVALID_ARGUMENT` for what is no source. */
  isPath(source: string): boolean
  /**
   * Installs from a source: NAME[@RANGE] of a repository, `npm:…`, `hf:…`, a URL with its digest, or a path. Gives the patches that came.
   *
   * @throws the errors of the source, and of the trust policy
   */
  install(source: string): Promise<readonly Patch[]>
}
