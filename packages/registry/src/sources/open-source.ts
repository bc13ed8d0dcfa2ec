import { join } from 'node:path'
import type { PatchSource } from './patch-source.ts'
import type { Repositories } from './repository-source.ts'
import type { SourceSpec } from './source-spec.ts'

export interface OpenSourceOptions {
  /** Paths are relative to it, and its .npmrc is read. */
  readonly folder: string
  /** Folder for downloads. */
  readonly cache: string
  readonly repositories: Repositories
}

/** Opens the source of a patch. The libraries of each kind are loaded when it is used. */
export async function openSource(spec: SourceSpec, options: OpenSourceOptions): Promise<PatchSource> {
  const { folder, cache, repositories } = options
  switch (spec.kind) {
    case 'file':
      return (await import('./file-source.ts')).fileSource(spec.path, folder)
    case 'url':
      return (await import('./url-source.ts')).urlSource(spec.url, spec.sha256)
    case 'npm':
      return (await import('./npm-source.ts')).npmSource(spec.name, folder, join(cache, 'npm'))
    case 'hub':
      return (await import('./hub-source.ts')).hubSource(spec.repo, spec.revision)
    case 'repository':
      return (await import('./repository-source.ts')).repositorySource(
        repositories,
        spec.name,
        spec.repository,
      )
  }
}
