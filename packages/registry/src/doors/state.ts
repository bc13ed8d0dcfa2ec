/**
 * The state of a project or machine. The libraries that sources need are loaded only when they are used.
 *
 * @module @policypatch/registry/state
 */

export { auditedPatches, type RepositoryFaults, repositoryFaults } from '../advisories/known-faults.ts'
export { readFileOrFolder } from '../sources/file-source.ts'
export { parseSource } from '../sources/source-spec.ts'
export { installLocked } from '../state/ci.ts'
export { type Reason, why } from '../state/explain.ts'
export { type InstallOptions, install } from '../state/install.ts'
export { installedPatches, type StoredVersion, versionInUse } from '../state/installed.ts'
export type { JournalChange, JournalEntry } from '../state/journal.ts'
export type { LockedPatch } from '../state/lock-file.ts'
export { type OutdatedPatch, outdated } from '../state/outdated.ts'
export { heldVersions, remove } from '../state/remove.ts'
export { rollback } from '../state/rollback.ts'
export type { StateContext } from '../state/state-context.ts'
export {
  machineState,
  projectAround,
  projectState,
  type StatePlace,
  storeFolder,
} from '../state/state-place.ts'
export { readHistory } from '../state/transaction.ts'
export { pin, upgrade } from '../state/upgrade.ts'
