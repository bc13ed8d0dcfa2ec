import type { SourceSpec } from '../sources/source-spec.ts'
import { parseWanted } from '../sources/source-spec.ts'
import type { LockedPatch } from './lock-file.ts'

/** Where exactly the version that is locked came from. */
export function lockedSpec(name: string, { source, version }: LockedPatch): SourceSpec {
  if (source.startsWith('repository:')) {
    return { kind: 'repository', name, range: version, repository: source.slice('repository:'.length) }
  }
  const spec = parseWanted(name, source)
  return spec.kind === 'npm' ? { ...spec, range: version } : spec
}
