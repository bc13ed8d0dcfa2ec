import { customOf, patchTargetOf, targetPath } from '@policypatch/backend-web/repository'
import { PatchError } from '@policypatch/core'
import { isPrintableLine } from '@policypatch/core/platform'
import { changeRepository, type PublishOptions } from './change-repository.ts'
import { findPublisher } from './find-publisher.ts'

export interface YankPatchOptions extends PublishOptions {
  readonly name: string
  readonly version: string
  /** Why, in one line. It is shown to whoever asks for exactly this version. */
  readonly reason: string
}

const longestReason = 500

/**
 * Withdraws a version of a patch. From then on, ranges skip it, and whoever asks for exactly this version gets it with a warning.
 *
 * @throws PatchError `NOT_FOUND` for a missing version; `INVALID_ARGUMENT` for a reason that is not one line of text
 */
export async function yankPatch({ name, version, reason, ...options }: YankPatchOptions): Promise<void> {
  if (reason.trim() === '' || reason.length > longestReason || !isPrintableLine(reason)) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: `a reason of 1 to ${longestReason} characters on one line`,
      found: reason.trim() === '' ? 'none' : `${reason.length} characters, or a line break`,
      remedy: 'Say in a sentence why the version should not be used',
    })
  }
  const path = targetPath(name, version)
  await changeRepository(options, async (state) => {
    const { role, signed } = await findPublisher(state, path)
    const { [path]: file } = signed.targets
    const target = patchTargetOf(path, file?.custom)
    if (!file || !target) throw notThere(name, version, Object.keys(signed.targets))
    const yanked = { ...file, custom: customOf({ ...target, yanked: reason }) }
    const next = { ...signed, targets: { ...signed.targets, [path]: yanked } }
    return { change: { targets: new Map([[role, next]]) }, result: undefined }
  })
}

function notThere(name: string, version: string, paths: readonly string[]): PatchError {
  const own = paths.filter((path) => path.startsWith(`${name}/`))
  const versions = own.map((path) => path.slice(2 * name.length + 2, -'.zip'.length))
  return new PatchError('NOT_FOUND', {
    expected: `${name}@${version} in the repository`,
    found: versions.join(', ') || 'no version of it',
    remedy: 'Name a version that is there',
  })
}
