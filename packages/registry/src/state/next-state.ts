import { type Patch, PatchError } from '@policypatch/core'
import { unverified } from '@policypatch/core/patch'
import { type ChoosePatchesOptions, choosePatches } from './choose-patches.ts'
import { digestOf, heldPatch } from './held-patches.ts'
import type { JournalChange, JournalEntry } from './journal.ts'
import type { LockedPatch, LockedPatches, LockFile } from './lock-file.ts'
import { type ProjectFile, withWanted } from './project-file.ts'
import { type ChosenVersion, replacementOf } from './resolve-patches.ts'
import type { StateContext } from './state-context.ts'
import type { State, StateChange } from './transaction.ts'

export interface NextStateOptions extends ChoosePatchesOptions {
  /** Base models whose patches are chosen. */
  readonly models: readonly string[]
  readonly history: readonly JournalEntry[]
  /** Whether a version may have different content than before. */
  readonly replace?: boolean
}

/**
 * The state in which the wanted patches are chosen and in the store, and the changes that lead to it.
 *
 * @param before the current state
 * @param wanted what is wanted, and what is locked so far
 * @throws the errors of `resolvePatches`, of sources and of the verifier; `DIGEST_MISMATCH` for a version whose content is not
 *   the same as before
 */
export async function nextState(
  context: StateContext,
  before: State,
  wanted: State,
  options: NextStateOptions,
): Promise<StateChange> {
  const added = new Map<string, { readonly patch: Patch; readonly digest: string }>()
  let { project } = wanted
  const models: Record<string, LockedPatches> = { ...wanted.lock.models }
  for (const model of options.models) {
    const chosen = await choosePatches(context, wanted, model, options)
    project = withoutReplaced(context, project, model, chosen)
    const locked: Record<string, LockedPatch> = {}
    for (const [name, one] of chosen) {
      const known = wanted.lock.models[model]?.[name]
      const own = await lockedPatch(context, one, known, project.models[model]?.[name], {
        ...options,
        before,
      })
      locked[name] = own.locked
      if (own.added) added.set(`${name}@${own.locked.version}`, own.added)
    }
    models[model] = locked
  }
  const lock = { models }
  return { project, lock, changes: changesOf(before.lock, lock), added: [...added.values()], removed: [] }
}

/** The project without the patches that a chosen one takes the place of. */
function withoutReplaced(
  { onNotice }: StateContext,
  project: ProjectFile,
  model: string,
  chosen: ReadonlyMap<string, ChosenVersion>,
): ProjectFile {
  let left = project
  for (const name of Object.keys(project.models[model] ?? {})) {
    const replacement = chosen.has(name) ? undefined : replacementOf(name, chosen)
    if (!replacement) continue
    left = withWanted(left, model, name, undefined)
    onNotice?.(`${replacement.summary.name} ${replacement.summary.version} takes the place of ${name}`)
  }
  return left
}

async function lockedPatch(
  { place, verify, onNotice }: StateContext,
  { offered, summary: { name, version } }: ChosenVersion,
  known: LockedPatch | undefined,
  wanted: string | undefined,
  { before, history, replace = false }: NextStateOptions & { readonly before: State },
) {
  const held = await heldPatch(place, name, version)
  const isKnown = known !== undefined && known.version === version && known.source === offered.source
  if (isKnown && held?.digest === known.digest) {
    const { wanted: _, ...rest } = known
    return { locked: { ...rest, ...(wanted !== undefined && { wanted }) }, added: undefined }
  }
  const patch = await offered.read()
  const digest = await digestOf(patch)
  const earlier =
    (isKnown ? known.digest : undefined) ?? knownDigest(name, version, before, history) ?? held?.digest
  if (earlier !== undefined && earlier !== digest) {
    if (!replace) throw otherContent(name, version, earlier, digest)
    onNotice?.(`${name} ${version} has other content than before`)
  }
  if (offered.yanked !== undefined) onNotice?.(`${name} ${version} was withdrawn: ${offered.yanked}`)
  const signers = verify ? await verify(patch) : []
  if (!verify) onNotice?.(unverified(patch))
  const locked: LockedPatch = {
    ...{ version, digest, source: offered.source },
    ...(wanted !== undefined && { wanted }),
    signers,
  }
  return { locked, added: { patch, digest } }
}

/** The previous digest of a version: from the lock, else from when it was last added. */
function knownDigest(
  name: string,
  version: string,
  { lock }: State,
  history: readonly JournalEntry[],
): string | undefined {
  for (const patches of Object.values(lock.models)) {
    if (patches[name]?.version === version) return patches[name].digest
  }
  return history.flatMap(({ added }) => added).findLast((one) => one.name === name && one.version === version)
    ?.digest
}

const otherContent = (name: string, version: string, expected: string, found: string) =>
  new PatchError('DIGEST_MISMATCH', {
    expected: `${name} ${version} to be as it was before: patch.json with SHA-256 ${expected}`,
    found,
    remedy: 'Ask its publisher why a released version has changed; to take it nevertheless, add --replace',
  })

/** What differs between two locks. */
export function changesOf(before: LockFile, after: LockFile): JournalChange[] {
  const changes: JournalChange[] = []
  for (const model of new Set([...Object.keys(before.models), ...Object.keys(after.models)])) {
    const [old, now] = [before.models[model] ?? {}, after.models[model] ?? {}]
    for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
      const [from, to] = [old[name], now[name]]
      if (JSON.stringify(ordered(from)) === JSON.stringify(ordered(to))) continue
      changes.push({ model, name, ...(from && { before: from }), ...(to && { after: to }) })
    }
  }
  return changes
}

const ordered = (locked: LockedPatch | undefined) =>
  locked && [locked.version, locked.digest, locked.source, locked.wanted, [...locked.signers].sort()]
