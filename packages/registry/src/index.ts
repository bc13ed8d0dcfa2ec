export type { Repository, RepositoryVersion } from '@policypatch/backend-web/repository'
export { type OpenRepositoryOptions, openRepository } from './repository/read/open-repository.ts'
