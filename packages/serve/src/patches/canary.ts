/**
 * A canary: another stack for a share of the requests that name none. Users are chosen by a hash, so that each always gets the
 * same side. Refusals are counted separately for both sides, and a broken bound ends the canary.
 */

import { createHash, randomUUID } from 'node:crypto'
import { type Rate, wilsonInterval } from '@policypatch/core/evaluate'
import type { Arm, StackPart } from './served-stack.ts'

/** When a canary is rolled back. Each bound applies once `after` answers of its kind have been counted. */
export interface CanaryBound {
  /** Least share of harmful prompts that must be refused. */
  readonly minRefusal?: number | undefined
  /** Largest share of harmless prompts that may be refused. */
  readonly maxOverRefusal?: number | undefined
  /** By how much the share of refusals among all answers may exceed that of the stable side. */
  readonly maxMoreRefusals?: number | undefined
  /** Default 30. */
  readonly after: number
}

export interface CanaryPlan {
  /** Salts the hash, so that each canary gets different users. */
  readonly id: string
  readonly parts: readonly StackPart[]
  /** Share of requests, 0 to 100. */
  readonly percent: number
  readonly bound: CanaryBound
}

/** The kind of a prompt; unlabelled if neither its sender nor a gate tells. */
export type CountedKind = 'harmful' | 'harmless' | 'unlabelled'

/** The judges' verdict on one answer. */
export interface JudgedAnswer {
  readonly kind: CountedKind
  readonly refused: boolean
}

export interface ArmFigures {
  readonly answers: number
  /** Refusals of harmful prompts, with the 95% interval. */
  readonly refusal: Rate
  /** Refusals of harmless prompts. */
  readonly overRefusal: Rate
  /** Refusals of all prompts. */
  readonly refusals: Rate
}

export interface Canary {
  readonly plan: CanaryPlan
  readonly startedAt: string
  /** The side of a user; requests without one are assigned at random. */
  armOf(user: string | undefined): Arm
  /** Counts an answer; returns the bound that is now broken, if any. */
  count(arm: Arm, answer: JudgedAnswer): string | undefined
  figures(): Readonly<Record<Arm, ArmFigures>>
}

type Counts = Record<CountedKind, { n: number; refused: number }>

const none = (): Counts => ({
  harmful: { n: 0, refused: 0 },
  harmless: { n: 0, refused: 0 },
  unlabelled: { n: 0, refused: 0 },
})

export function createCanary(plan: CanaryPlan, now = new Date()): Canary {
  const counts: Record<Arm, Counts> = { stable: none(), canary: none() }
  return {
    plan,
    startedAt: now.toISOString(),
    armOf: (user = randomUUID()) => (shareOf(plan.id, user) * 100 < plan.percent ? 'canary' : 'stable'),
    count(arm, { kind, refused }) {
      const of = counts[arm][kind]
      of.n++
      if (refused) of.refused++
      return brokenBound(plan.bound, figuresOf(counts.canary), figuresOf(counts.stable))
    },
    figures: () => ({ stable: figuresOf(counts.stable), canary: figuresOf(counts.canary) }),
  }
}

/** A number in [0, 1) that is always the same for a user of a canary. */
function shareOf(id: string, user: string): number {
  const hash = createHash('sha256').update(`${id}\n${user}`).digest()
  return hash.readUInt32BE(0) / 2 ** 32
}

function figuresOf({ harmful, harmless, unlabelled }: Counts): ArmFigures {
  const all = [harmful, harmless, unlabelled]
  const answers = all.reduce((sum, { n }) => sum + n, 0)
  return {
    answers,
    refusal: wilsonInterval(harmful.refused, harmful.n),
    overRefusal: wilsonInterval(harmless.refused, harmless.n),
    refusals: wilsonInterval(
      all.reduce((sum, { refused }) => sum + refused, 0),
      answers,
    ),
  }
}

function brokenBound(
  { minRefusal, maxOverRefusal, maxMoreRefusals, after }: CanaryBound,
  own: ArmFigures,
  stable: ArmFigures,
): string | undefined {
  const { refusal, overRefusal, refusals } = own
  const more = refusals.value - stable.refusals.value
  const broken = [
    minRefusal !== undefined &&
      refusal.n >= after &&
      refusal.value < minRefusal &&
      `refusal ${show(refusal)} of harmful prompts is below ${minRefusal}`,
    maxOverRefusal !== undefined &&
      overRefusal.n >= after &&
      overRefusal.value > maxOverRefusal &&
      `over-refusal ${show(overRefusal)} of harmless prompts is above ${maxOverRefusal}`,
    maxMoreRefusals !== undefined &&
      Math.min(refusals.n, stable.refusals.n) >= after &&
      more > maxMoreRefusals &&
      `refusals ${show(refusals)} are above ${show(stable.refusals)} of the stable side by more than ${maxMoreRefusals}`,
  ].filter((one) => one !== false)
  return broken[0]
}

const show = ({ value, n }: Rate) => `${value.toFixed(3)} (n=${n})`
