import type { Measurement } from '@policypatch/core/evaluate'
import { movedTo, type PatchEffect } from '@policypatch/core/patch'
import { batterySubjects } from './run-battery.ts'

type Figure = Omit<Measurement, 'values'>

/** An effect that a patch claims, and what the battery found. */
export interface CheckedClaim {
  readonly claim: PatchEffect
  /** Figures with the same metric and judge: on the same data, or if there are none, on all other data. */
  readonly found: readonly Figure[]
  /**
   * `consistent`: no figure is worse than the claim. `contradicted`: a figure on the same data is worse, with intervals that do
   * not overlap. `lower elsewhere`: the same, but on other data. `not measured`: the battery has no such metric.
   */
  readonly verdict: 'consistent' | 'contradicted' | 'lower elsewhere' | 'not measured'
}

/** A change that the battery found and the patch does not mention. */
export interface UnclaimedChange {
  readonly before: Figure
  readonly after: Figure
  readonly change: 'improved' | 'worse'
}

export interface ScanFindings {
  readonly claims: readonly CheckedClaim[]
  readonly unclaimed: readonly UnclaimedChange[]
}

/** Compares measurements with a patch's claims. Changes count only if the 95% intervals do not overlap. */
export function compareClaims(
  effects: readonly PatchEffect[],
  measurements: readonly Measurement[],
): ScanFindings {
  const figures = measurements.map(({ values: _, ...figure }) => figure)
  const patched = figures.filter(({ subject }) => subject === batterySubjects.patched)
  const isClaimed = ({ metric, judge }: Figure) =>
    effects.some((effect) => effect.metric === metric && effect.judge === judge)
  const unclaimed = patched.flatMap((after): UnclaimedChange[] => {
    const before = figures.find((one) => one.subject === batterySubjects.base && isOfSame(one, after))
    if (!before || isClaimed(after)) return []
    const moved = movedTo(before, after)
    if (moved === 'same') return []
    return [{ before, after, change: moved === after.better ? 'improved' : 'worse' }]
  })
  return { claims: effects.map((claim) => checkClaim(claim, patched)), unclaimed }
}

const isOfSame = (a: Figure, b: Figure): boolean =>
  a.metric === b.metric && a.judge === b.judge && a.data === b.data

function checkClaim(claim: PatchEffect, patched: readonly Figure[]): CheckedClaim {
  const alike = patched.filter(({ metric, judge }) => metric === claim.metric && judge === claim.judge)
  const same = alike.filter(({ data }) => data === claim.data)
  const found = same.length > 0 ? same : alike
  if (found.length === 0) return { claim, found, verdict: 'not measured' }
  const isWorse = (figure: Figure) => ![figure.better, 'same'].includes(movedTo(claim.after, figure))
  if (!found.some(isWorse)) return { claim, found, verdict: 'consistent' }
  return { claim, found, verdict: same.length > 0 ? 'contradicted' : 'lower elsewhere' }
}
