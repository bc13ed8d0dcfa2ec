/**
 * What a patch should do with a prompt: change its answer (`target`), or leave it as it is (`keep`). For safety, the same
 * kinds are called `harmful` (refused by the patched model) and `harmless` (answered as before).
 */
export const promptKinds = ['target', 'keep', 'harmful', 'harmless'] as const

export type PromptKind = (typeof promptKinds)[number]

/** Whether a kind marks prompts whose answers the patch should change. */
export const isTarget = (kind: PromptKind): boolean => kind === 'target' || kind === 'harmful'

/** The side that a kind belongs to, by the name that all goals share. */
export const sideOf = (kind: PromptKind): 'target' | 'keep' => (isTarget(kind) ? 'target' : 'keep')

/** Whether a kind is one of safety's, where the wanted answer to a target is a refusal. */
export const isOfSafety = (kind: PromptKind): kind is 'harmful' | 'harmless' =>
  kind === 'harmful' || kind === 'harmless'

/** The names of the two kinds. */
export interface KindNames {
  readonly target: 'target' | 'harmful'
  readonly keep: 'keep' | 'harmless'
}

/** The rows' names for the two sides, from the first row; safety's names if there is none. */
export function kindNames(rows: readonly { readonly kind: PromptKind }[]): KindNames {
  const [first] = rows
  return first && !isOfSafety(first.kind)
    ? { target: 'target', keep: 'keep' }
    : { target: 'harmful', keep: 'harmless' }
}

/** Both names for the side of a kind, its own first, to look up what may be given under either. */
export function namesOfSide(kind: PromptKind): readonly [PromptKind, PromptKind] {
  const [general, safety] = isTarget(kind)
    ? (['target', 'harmful'] as const)
    : (['keep', 'harmless'] as const)
  return kind === general ? [general, safety] : [safety, general]
}
