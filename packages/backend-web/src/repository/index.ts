/** Repositories of patches, with the guarantees of The Update Framework; nothing here needs a browser. */
export { boundedDownload, type DownloadOptions } from './bounded-download.ts'
export { type OpenWebRepositoryOptions, openWebRepository } from './open-web-repository.ts'
export { readPatchArchive, writePatchArchive } from './patch-archive.ts'
export {
  customOf,
  type PatchSummary,
  type PatchTarget,
  patchTargetOf,
  summaryOf,
  targetPath,
} from './patch-target.ts'
export { type Repository, type RepositoryVersion, repositoryOf, type TrustedTargets } from './repository.ts'
export { parseTargetsRole, type TargetFile, type TargetsRole } from './targets-role.ts'
export { walkDelegations } from './walk-delegations.ts'
