/**
 * Chooses a version of each patch that is wanted for a base model, and of each patch that those require, so that all can be used
 * together: a depth-first search that tries the newest version first, or the one in use, and backtracks when something does not
 * fit.
 */

import { PatchError } from '@policypatch/core'
import type { OfferedVersion, VersionSummary } from '../sources/patch-source.ts'
import { isNamed, parseRequirement } from './version-range.ts'

/** A patch that is needed, and by whom. */
export interface Need {
  readonly name: string
  readonly range: string
  /** For messages: `policypatch.json wants`, or `toxicity 1.0.0 requires`. */
  readonly by: string
}

export interface ChosenVersion {
  readonly offered: OfferedVersion
  readonly summary: VersionSummary
}

export interface ResolveOptions {
  /** The base model, as named in patches. */
  readonly model: string
  readonly wanted: readonly Need[]
  /** The versions that may be chosen for a need, best first. */
  candidates(need: Need): AsyncIterable<OfferedVersion>
}

type Chosen = ReadonlyMap<string, ChosenVersion>

/** Most versions to try: far more than needed if there is a solution. */
const mostTries = 5000

/**
 * The chosen versions, by the patches' names: those that are wanted, unless another takes their place, and those that they
 * require.
 *
 * @throws PatchError `PATCH_CONFLICT` with the reasons, if there is no such choice
 */
export async function resolvePatches({ model, wanted, candidates }: ResolveOptions): Promise<Chosen> {
  const faults = new Set<string>()
  let tries = 0

  const search = async (needs: readonly Need[], chosen: Chosen): Promise<Chosen | undefined> => {
    const [need, ...others] = needs
    if (!need) return chosen
    const held = chosen.get(need.name)
    if (held ? isNamed(held.summary, `${need.name}@${need.range}`) : isReplaced(need.name, chosen)) {
      return search(others, chosen)
    }
    if (held) {
      faults.add(`${need.by} ${need.name}@${need.range}, but ${label(held.summary)} is chosen`)
      return undefined
    }
    let count = 0
    for await (const offered of candidates(need)) {
      count++
      if (++tries > mostTries) throw unresolved(model, faults)
      const summary = await offered.describe()
      const fault = faultOf(summary, model, chosen)
      if (fault !== undefined) {
        faults.add(fault)
        continue
      }
      const next = new Map([...chosen].filter(([, other]) => !replaces(summary, other.summary)))
      next.set(summary.name, { offered, summary })
      const found = await search([...others, ...needsOf(summary)], next)
      if (found) return found
    }
    if (count === 0) faults.add(`${need.by} ${need.name}@${need.range}, of which there is no version`)
    return undefined
  }

  const found = await search(wanted, new Map())
  if (!found) throw unresolved(model, faults)
  return reachable(
    found,
    wanted.map(({ name }) => name),
  )
}

export const label = ({ name, version }: Pick<VersionSummary, 'name' | 'version'>): string =>
  `${name} ${version}`

const needsOf = (summary: VersionSummary): Need[] =>
  summary.requires.map((named) => ({ ...parseRequirement(named), by: `${label(summary)} requires` }))

/** Whether one patch takes the place of another. */
const replaces = (one: VersionSummary, other: VersionSummary): boolean =>
  (one.supersedes ?? []).some((named) => isNamed(other, named))

/** The chosen patch that takes the place of the patch with this name. */
export const replacementOf = (name: string, chosen: Chosen): ChosenVersion | undefined =>
  [...chosen.values()].find(({ summary }) =>
    (summary.supersedes ?? []).some((named) => parseRequirement(named).name === name),
  )

const isReplaced = (name: string, chosen: Chosen) => replacementOf(name, chosen) !== undefined

/** Why a patch cannot be chosen together with those already chosen. */
function faultOf(summary: VersionSummary, model: string, chosen: Chosen): string | undefined {
  const { base } = summary
  const isSame = (other: VersionSummary) =>
    other.base.weights === base.weights && other.base.tokenizer === base.tokenizer
  const others = [...chosen.values()].map((one) => one.summary)
  if (others.length === 0 ? base.id !== model : !others.every(isSame)) {
    return `${label(summary)} is for ${base.id}${base.id === model ? ' with other weights' : `, not for ${model}`}`
  }
  for (const other of others) {
    if (replaces(other, summary)) return `${label(other)} takes the place of ${label(summary)}`
    for (const [one, two] of [
      [summary, other],
      [other, summary],
    ] as const) {
      const named = one.conflicts.find((conflict) => isNamed(two, conflict))
      if (named !== undefined) return `${label(one)} conflicts with ${label(two)} (${named})`
    }
  }
  return undefined
}

/** The wanted patches, and those that they require. */
function reachable(chosen: Chosen, wanted: readonly string[]): Chosen {
  const kept = new Map<string, ChosenVersion>()
  const keep = (name: string) => {
    const one = chosen.get(name) ?? replacementOf(name, chosen)
    if (!one || kept.has(one.summary.name)) return
    kept.set(one.summary.name, one)
    for (const need of needsOf(one.summary)) keep(need.name)
  }
  for (const name of wanted) keep(name)
  return kept
}

function unresolved(model: string, faults: ReadonlySet<string>): PatchError {
  const shown = [...faults].slice(0, 6)
  return new PatchError('PATCH_CONFLICT', {
    expected: `patches for ${model} that can be used together`,
    found: shown.join('; ') + (faults.size > shown.length ? `; and ${faults.size - shown.length} more` : ''),
    remedy: 'Change what policypatch.json wants, or ask for a version that fits the others',
  })
}
