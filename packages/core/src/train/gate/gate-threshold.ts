import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'

import { isTarget } from '../../pairs/rows/prompt-kind.ts'

/** How well a gate separates prompts held out from its fit. */
export interface GateFigures {
  /** Share of harmful prompts on which it fires. */
  readonly recall: number
  /** Number of harmful prompts. */
  readonly harmful: number
  /** Share of harmless prompts on which it fires, by part; `default` for those without one. */
  readonly falsePositives: Readonly<Record<string, number>>
  /** Number of harmless prompts. */
  readonly harmless: number
}

type Logits = ArrayLike<number>

/**
 * The lowest threshold on logits at which a gate fires on no more of each part's harmless prompts than allowed; parts that are
 * not named count together.
 */
export function thresholdOf(
  prompts: readonly PatchPrompt[],
  logits: Logits,
  allowed: Readonly<Record<string, number>>,
): number {
  let threshold = Number.NEGATIVE_INFINITY
  for (const [part, own] of harmlessParts(prompts, logits, (name) => (name in allowed ? name : 'default'))) {
    const most = Math.floor((allowed[part] ?? allowed.default ?? 0) * own.length)
    const sorted = [...own].sort((a, b) => b - a)
    // Just above the first one that must not fire.
    const blocked = sorted[most]
    if (blocked !== undefined) threshold = Math.max(threshold, blocked + 1e-3)
  }
  return threshold
}

/** Share of the targets that raising a threshold may lose. */
const lost = 0.05

/** How far a threshold is raised, as a fraction of the distance to what all other targets reach. */
const raised = 0.9

/**
 * Raises a threshold, losing no more than a twentieth of the targets: most of the way to the logit that all other targets reach.
 * Targets of a goal are often easy to recognize, and then there is no need to use up the allowed false positives.
 */
export function raisedThreshold(prompts: readonly PatchPrompt[], logits: Logits, threshold: number): number {
  const targets = [...prompts.keys()].filter((i) => isTarget((prompts[i] as PatchPrompt).kind))
  const sorted = targets.map((i) => logits[i] as number).sort((a, b) => a - b)
  const reached = sorted[Math.floor(lost * sorted.length)] ?? threshold
  return Math.max(threshold, threshold + raised * (reached - threshold))
}

export function gateFigures(prompts: readonly PatchPrompt[], logits: Logits, threshold: number): GateFigures {
  const share = (values: readonly number[]) =>
    values.filter((value) => value >= threshold).length / values.length
  const harmful = [...prompts.keys()].filter((i) => isTarget((prompts[i] as PatchPrompt).kind))
  return {
    recall: share(harmful.map((i) => logits[i] as number)),
    harmful: harmful.length,
    falsePositives: Object.fromEntries(
      [...harmlessParts(prompts, logits)].map(([part, own]) => [part, share(own)]),
    ),
    harmless: prompts.length - harmful.length,
  }
}

function harmlessParts(
  prompts: readonly PatchPrompt[],
  logits: Logits,
  nameOf = (part: string): string => part,
): Map<string, number[]> {
  const parts = new Map<string, number[]>()
  for (const [i, { kind, part = 'default' }] of prompts.entries()) {
    const name = nameOf(part)
    if (!isTarget(kind)) parts.set(name, [...(parts.get(name) ?? []), logits[i] as number])
  }
  return parts
}
