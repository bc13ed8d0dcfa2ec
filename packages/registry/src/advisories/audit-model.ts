import type { BaseModelIdentity, PatchEffect } from '@policypatch/core/patch'
import { compareVersions } from '@policypatch/core/patch'
import { satisfies } from 'semver'
import { type Advisory, type Fault, type Severity, severityOf } from './advisory.ts'

/** What an audit needs of a patch version. */
export interface AuditedPatch {
  readonly name: string
  readonly version: string
  readonly base: Pick<BaseModelIdentity, 'weights' | 'tokenizer'>
  readonly effects: readonly PatchEffect[]
  /** Why its repository withdrew it; a withdrawn patch fixes nothing. */
  readonly yanked?: string | undefined
}

/** Why a patch counts as fixing a fault. */
export interface Remedy {
  readonly name: string
  readonly version: string
  /** `measured` if it has an effect on the same metric, by the same judge, within the bound; else `named` by the advisory. */
  readonly by: 'measured' | 'named'
  /** The value with the patch, if it was measured. */
  readonly value?: number
}

/** A known fault of a model. */
export interface Finding {
  readonly id: string
  readonly summary: string
  readonly severity: Severity
  readonly fault: Fault
  /** The installed patches that fix it; if there are none, it is open. */
  readonly mendedBy: readonly Remedy[]
  /** For an open fault, the available patches that would fix it, in the newest version of each. */
  readonly remedies: readonly Remedy[]
}

export interface AuditModelOptions {
  readonly base: Pick<BaseModelIdentity, 'weights' | 'tokenizer'>
  /** Those that are withdrawn, or about other models, are ignored. */
  readonly advisories: readonly Advisory[]
  /** Patches that are used with the model. */
  readonly installed: readonly AuditedPatch[]
  /** Patches that can be installed. */
  readonly available?: readonly AuditedPatch[]
}

/**
 * Finds a model's known faults, and the patches that fix them. A model has the faults of advisories that name its fingerprints. A
 * patch for this model fixes a fault if its effect on the same metric, by the same judge, is within the advisory's bound; or if
 * the advisory names it, and it has no such effect.
 */
export function auditModel({ base, advisories, installed, available = [] }: AuditModelOptions): Finding[] {
  const isOf = (one: Pick<BaseModelIdentity, 'weights' | 'tokenizer'>) =>
    one.weights === base.weights && one.tokenizer === base.tokenizer
  const fitting = (patches: readonly AuditedPatch[]) =>
    patches.filter((patch) => patch.yanked === undefined && isOf(patch.base))
  const [own, others] = [fitting(installed), newest(fitting(available))]
  return advisories
    .filter(({ withdrawn }) => withdrawn === undefined)
    .flatMap((advisory) => {
      const { id, summary, affected } = advisory
      const faults = affected.map((one) => one.ecosystem_specific).filter(({ models }) => models.some(isOf))
      return faults.map((fault): Finding => {
        const mending = (patches: readonly AuditedPatch[]) =>
          patches.flatMap((patch) => remedyOf(patch, fault))
        const mendedBy = mending(own)
        const remedies = mendedBy.length > 0 ? [] : mending(others)
        return { id, summary, severity: severityOf(advisory), fault, mendedBy, remedies }
      })
    })
}

function remedyOf({ name, version, effects }: AuditedPatch, fault: Fault): Remedy[] {
  const measured = effects.filter(({ metric, judge }) => metric === fault.metric && judge === fault.judge)
  const same = measured.find(({ data }) => data === fault.data)
  // Without a measurement on the same data, the worst measured value counts.
  const values = (same ? [same] : measured).map(({ after }) => after.value)
  const value = fault.better === 'higher' ? Math.min(...values) : Math.max(...values)
  const isWithin = fault.better === 'higher' ? value >= fault.bound : value <= fault.bound
  if (values.length > 0) return isWithin ? [{ name, version, by: 'measured', value }] : []
  const isNamed = fault.mendedBy?.some(
    (one) => one.name === name && satisfies(version, one.range, { includePrerelease: true }),
  )
  return isNamed ? [{ name, version, by: 'named' }] : []
}

/** The newest version of each patch. */
function newest(patches: readonly AuditedPatch[]): AuditedPatch[] {
  const latest = new Map<string, AuditedPatch>()
  for (const patch of patches) {
    const held = latest.get(patch.name)
    if (!held || compareVersions(held.version, patch.version) < 0) latest.set(patch.name, patch)
  }
  return [...latest.values()]
}
