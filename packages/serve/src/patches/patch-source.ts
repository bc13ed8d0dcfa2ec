import type { Patch } from '@policypatch/core'

/** Finds and installs patches by name or source. Every patch has been verified by the trust policy, if there is one. */
export interface PatchSource {
  /** The patch of NAME or NAME@VERSION that is installed or comes with the package. Throws `NOT_FOUND`. */
  find(spec: string): Promise<Patch>
  /** Whether a source is a path on this machine. Throws `INVALID_ARGUMENT` for a malformed source. */
  isPath(source: string): boolean
  /**
   * Installs from a source: NAME[@RANGE] of a repository, `npm:…`, `hf:…`, a URL with its digest, or a path. Returns the patches
   * that were installed.
   *
   * @throws the errors of the source, and of the trust policy
   */
  install(source: string): Promise<readonly Patch[]>
}
