import { PatchError } from '@policypatch/core'
import { heldPatch } from './held-patches.ts'
import { ifChanged } from './install.ts'
import type { JournalEntry } from './journal.ts'
import { nextState } from './next-state.ts'
import type { StateContext } from './state-context.ts'
import { changeState, type State } from './transaction.ts'

/**
 * Installs exactly what is locked, and checks it against policypatch.lock: the digest of each patch, and the signers that it
 * names.
 *
 * @throws PatchError `RESUME_MISMATCH` if policypatch.json wants something other than what was locked; `DIGEST_MISMATCH`;
 *   `SIGNATURE_INVALID` if a signer that the lock names has not signed the patch
 */
export function installLocked(context: StateContext): Promise<JournalEntry | undefined> {
  return changeState(context.place, context.command, async (state, history) => {
    checkUpToDate(state)
    const models = Object.keys(state.lock.models)
    const options = { models, upgrade: false, lockedOnly: true, history }
    const next = await nextState(context, state, state, options)
    const fetched = new Map(
      next.added.map(({ patch }) => [`${patch.manifest.name}@${patch.manifest.version}`, patch]),
    )
    for (const patches of Object.values(state.lock.models)) {
      for (const [name, { version, signers }] of Object.entries(patches)) {
        if (!context.verify) continue
        const patch =
          fetched.get(`${name}@${version}`) ?? (await heldPatch(context.place, name, version))?.patch
        const found = patch ? await context.verify(patch) : []
        const missing = signers.filter((signer) => !found.includes(signer))
        if (missing.length > 0) throw notSigned(name, version, missing)
      }
    }
    // The lock stays as it is.
    return ifChanged({ ...next, project: state.project, lock: state.lock, changes: [] }, state)
  })
}

function checkUpToDate({ project, lock }: State): void {
  const faults: string[] = []
  for (const [model, wanted] of Object.entries(project.models)) {
    for (const [name, text] of Object.entries(wanted)) {
      const locked = lock.models[model]?.[name]
      if (locked?.wanted !== text) faults.push(`${name} for ${model}: ${locked?.wanted ?? 'not locked'}`)
    }
  }
  for (const [model, patches] of Object.entries(lock.models)) {
    for (const [name, { wanted }] of Object.entries(patches)) {
      if (wanted !== undefined && project.models[model]?.[name] === undefined) {
        faults.push(`${name} for ${model}, which is no longer wanted`)
      }
    }
  }
  if (faults.length === 0) return
  throw new PatchError('RESUME_MISMATCH', {
    expected: 'policypatch.lock to be of what policypatch.json wants',
    found: faults.slice(0, 5).join('; '),
    remedy: 'Run `policypatch install` and commit both files',
  })
}

const notSigned = (name: string, version: string, missing: readonly string[]) =>
  new PatchError('SIGNATURE_INVALID', {
    expected: `${name} ${version} to be signed by ${missing.join(' and ')}, as locked in policypatch.lock`,
    found: 'that it is not, or that they are no longer trusted',
    remedy: 'Do not use it before you know why',
  })
