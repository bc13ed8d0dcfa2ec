export type { Repository, RepositoryVersion } from '@policypatch/backend-web/repository'
export { type AdviseOptions, advise } from './advisories/advise.ts'
export { type Advisory, type Fault, parseAdvisory, type Severity, severities } from './advisories/advisory.ts'
export {
  type AuditedPatch,
  type AuditModelOptions,
  auditModel,
  type Finding,
  type Remedy,
} from './advisories/audit-model.ts'
export { type OpenRepositoryOptions, openRepository } from './repository/read/open-repository.ts'
