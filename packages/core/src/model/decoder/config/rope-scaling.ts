import type { Rope } from './model-config.ts'

/** How a scaling changes RoPE: divisors of the frequencies, and a multiplier of cosine and sine. */
export type RopeScaling = Pick<Rope, 'factors' | 'magnitude'>

/** A rope before scaling. */
export type PlainRope = Pick<Rope, 'theta' | 'size'>

const pairs = ({ size }: PlainRope) => Array.from({ length: size / 2 }, (_, i) => i)

const frequencyOf = ({ theta, size }: PlainRope, pair: number) => theta ** ((-2 * pair) / size)

/** Divides all frequencies by the factor (Chen et al. 2023). */
export const linearScaling = (rope: PlainRope, factor: number): RopeScaling => ({
  factors: pairs(rope).map(() => factor),
})

/** Llama 3.1: divides the frequencies of long waves by the factor, keeps short ones, blends those between. */
export function llama3Scaling(
  rope: PlainRope,
  {
    factor,
    lowFrequencyFactor: low,
    highFrequencyFactor: high,
    originalMaxPositions,
  }: {
    readonly factor: number
    readonly lowFrequencyFactor: number
    readonly highFrequencyFactor: number
    readonly originalMaxPositions: number
  },
): RopeScaling {
  const factors = pairs(rope).map((pair) => {
    const turns = (originalMaxPositions * frequencyOf(rope, pair)) / (2 * Math.PI)
    if (turns < low) return factor
    if (turns > high) return 1
    const keep = (turns - low) / (high - low)
    return 1 / ((1 - keep) / factor + keep)
  })
  return { factors }
}

/** YaRN's parameters, under transformers' names. */
export interface Yarn {
  readonly factor: number
  readonly originalMaxPositions: number
  readonly betaFast: number
  readonly betaSlow: number
  /** Whether to round the ramp's bounds outwards. */
  readonly truncate: boolean
  /** Default 0.1 ln(factor) + 1. */
  readonly magnitude?: number | undefined
}

/** YaRN (Peng et al. 2023): linear scaling for pairs that rotate slowly over the original context, none for fast ones. */
export function yarnScaling(rope: PlainRope, yarn: Yarn): RopeScaling {
  const { theta, size } = rope
  const { factor, originalMaxPositions, betaFast, betaSlow, truncate } = yarn
  const pairOf = (turns: number) =>
    (size * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const [first, last] = [pairOf(betaFast), pairOf(betaSlow)]
  const low = Math.max(truncate ? Math.floor(first) : first, 0)
  const bound = Math.min(truncate ? Math.ceil(last) : last, size - 1)
  const high = low === bound ? bound + 0.001 : bound
  const factors = pairs(rope).map((pair) => {
    const stretched = Math.min(Math.max((pair - low) / (high - low), 0), 1)
    return 1 / (stretched / factor + 1 - stretched)
  })
  return { factors, magnitude: yarn.magnitude ?? yarnMagnitude(factor) }
}

/** 0.1 m ln(s) + 1, or 1 if nothing is stretched. */
export const yarnMagnitude = (factor: number, weight = 1): number =>
  factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1

/** LongRoPE's magnitude (Ding et al. 2024) for a context of `factor` times the original. */
export const longRopeMagnitude = (factor: number, originalMaxPositions: number): number =>
  factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalMaxPositions))
