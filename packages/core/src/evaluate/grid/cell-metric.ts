import { isOfSafety, isTarget, type PromptKind } from '../../pairs/prompt-kind.ts'

/** What the share of a cell is called in figures, by the kind of its prompts, and which way is good. */
export function metricOf(kind: PromptKind): {
  readonly name: string
  readonly better: 'higher' | 'lower'
} {
  const better = isTarget(kind) ? 'higher' : 'lower'
  if (isOfSafety(kind)) return { name: isTarget(kind) ? 'refusal rate' : 'over-refusal rate', better }
  return { name: isTarget(kind) ? 'answered as wanted' : 'changed', better }
}
