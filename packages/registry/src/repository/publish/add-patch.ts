import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  customOf,
  type PatchTarget,
  patchTargetOf,
  readPatchArchive,
  summaryOf,
  targetPath,
  writePatchArchive,
} from '@policypatch/backend-web/repository'
import { type Patch, PatchError } from '@policypatch/core'
import { compareVersions, diffPatches, type EffectChange, type PatchFiles } from '@policypatch/core/patch'
import { patchOfFiles } from '../../sources/patch-source.ts'
import { changeRepository, type PublishOptions } from './change-repository.ts'
import { advisoriesRole } from './create-repository.ts'
import { findPublisher } from './find-publisher.ts'
import { type SignedTargets, sha256Of } from './repository-state.ts'

export interface AddPatchOptions extends PublishOptions {
  /** Files of the patch, including its signatures; others are ignored. */
  readonly files: PatchFiles
  /** Metrics that may be worse than in the previous version, or no longer measured. */
  readonly acceptRegressions?: readonly string[] | undefined
}

export interface AddedPatch {
  readonly name: string
  readonly version: string
  /** SHA-256 (hex) of its archive. */
  readonly digest: string
  readonly bytes: number
  /** The version that its effects were compared with; undefined for the first. */
  readonly comparedWith: string | undefined
  readonly effects: readonly EffectChange[]
  /** False if it was already published. */
  readonly isNew: boolean
}

/**
 * Publishes a version of a patch. Its effects are compared with those of the previous version: an effect that is worse, or no
 * longer measured, is accepted only by name.
 *
 * @throws PatchError the errors of `readPatch`; `INVALID_ARGUMENT` for other contents under a published version, for a regression
 *   that is not accepted, and for missing keys
 */
export async function addPatch({
  files,
  acceptRegressions = [],
  ...options
}: AddPatchOptions): Promise<AddedPatch> {
  const patch = await patchOfFiles(files, 'the patch')
  const { name, version } = patch.manifest
  if (name === advisoriesRole) throw reserved(name)
  const path = targetPath(name, version)
  const archive = await writePatchArchive(patch.files)
  const digest = sha256Of(archive)
  const added = { name, version, digest, bytes: archive.length }

  return changeRepository<AddedPatch>(options, async (state) => {
    const { role, signed } = await findPublisher(state, path)
    const { [path]: held } = signed.targets
    if (held && held.hashes.sha256 !== digest) throw otherContents(name, version)
    if (held) return { result: { ...added, comparedWith: undefined, effects: [], isNew: false } }
    const before = versionBefore(signed, name, version)
    const earlier = before && (await publishedPatch(options.folder, before.path, before.digest))
    const effects = earlier ? diffPatches(earlier, patch).effects : []
    if (before) checkRegressions(effects, acceptRegressions, `${name}@${before.version}`)
    const target = {
      length: archive.length,
      hashes: { sha256: digest },
      custom: customOf({ name, version, summary: summaryOf(patch.manifest) }),
    }
    const next: SignedTargets = { ...signed, targets: { ...signed.targets, [path]: target } }
    return {
      change: { targets: new Map([[role, next]]), files: new Map([[path, archive]]) },
      result: { ...added, comparedWith: before?.version, effects, isNew: true },
    }
  })
}

/** The newest older version that was not withdrawn. */
function versionBefore(signed: SignedTargets, name: string, version: string) {
  const older = Object.entries(signed.targets).flatMap(([path, { custom, hashes }]) => {
    const target: PatchTarget | undefined = patchTargetOf(path, custom)
    const isOlder = target?.name === name && compareVersions(target.version, version) < 0
    if (!isOlder || target.yanked !== undefined) return []
    return [{ path, version: target.version, digest: hashes.sha256 as string }]
  })
  return older.sort((a, b) => compareVersions(a.version, b.version)).at(-1)
}

function checkRegressions(
  effects: readonly EffectChange[],
  accepted: readonly string[],
  before: string,
): void {
  const worse = effects.filter(
    ({ change, metric }) => (change === 'worse' || change === 'dropped') && !accepted.includes(metric),
  )
  if (worse.length === 0) return
  const rate = (one: EffectChange['before']) =>
    one ? `${round(one.value)} [${round(one.low)}, ${round(one.high)}]` : 'not measured'
  const found = worse.map(
    (one) => `${one.metric} (${one.data}): ${rate(one.before)} before, ${rate(one.after)} now`,
  )
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `no measured effect to be worse than in ${before}`,
    found: found.join('; '),
    remedy: `Accept it by its name, ${[...new Set(worse.map(({ metric }) => `--accept-regression ${JSON.stringify(metric)}`))].join(' ')}, or improve the patch`,
  })
}

const round = (value: number) => value.toPrecision(3)

async function publishedPatch(folder: string, path: string, digest: string): Promise<Patch> {
  const slash = path.lastIndexOf('/') + 1
  const file = join(folder, 'targets', `${path.slice(0, slash)}${digest}.${path.slice(slash)}`)
  return patchOfFiles(await readPatchArchive(await readFile(file)), path)
}

const otherContents = (name: string, version: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `${name}@${version} to be as it was published`,
    found: 'other contents under the same version',
    remedy: 'Give the patch a new version: what was published under one stays as it is',
  })

const reserved = (name: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'a patch of another name',
    found: `${name}, under which repositories keep their advisories`,
    remedy: 'Rename the patch',
  })
