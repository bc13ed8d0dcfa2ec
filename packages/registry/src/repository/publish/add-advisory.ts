import { PatchError } from '@policypatch/core'
import { parseJsonFile } from '@policypatch/core/platform'
import { parseAdvisory } from '../../advisories/advisory.ts'
import { changeRepository, type PublishOptions } from './change-repository.ts'
import { advisoriesRole } from './create-repository.ts'
import { findPublisher } from './find-publisher.ts'
import { sha256Of } from './repository-state.ts'

export interface AddAdvisoryOptions extends PublishOptions {
  /** A JSON file of an OSV record. */
  readonly advisory: Uint8Array
}

/**
 * Publishes an advisory, or a newer state of one, under its id.
 *
 * @returns its id
 * @throws PatchError `MALFORMED`; `INVALID_ARGUMENT` for a state that is not newer than the published one
 */
export async function addAdvisory({ advisory, ...options }: AddAdvisoryOptions): Promise<string> {
  const { id, modified } = parseAdvisory(parseJsonFile(advisory, 'the advisory'), 'the advisory')
  const path = `${advisoriesRole}/${id}.json`
  return changeRepository(options, async (state) => {
    const { role, signed } = await findPublisher(state, path)
    const { [path]: held } = signed.targets
    const hashes = { sha256: sha256Of(advisory) }
    if (held?.hashes.sha256 === hashes.sha256) return { result: id }
    const before = (held?.custom as { readonly modified?: string } | undefined)?.modified
    if (before !== undefined && Date.parse(before) >= Date.parse(modified)) {
      throw new PatchError('INVALID_ARGUMENT', {
        expected: `${id} to be modified after ${before}, the state that is published`,
        found: modified,
        remedy: 'Set the time at which you changed it',
      })
    }
    const target = { length: advisory.length, hashes, custom: { modified } }
    const next = { ...signed, targets: { ...signed.targets, [path]: target } }
    return {
      change: { targets: new Map([[role, next]]), files: new Map([[path, advisory]]) },
      result: id,
    }
  })
}
