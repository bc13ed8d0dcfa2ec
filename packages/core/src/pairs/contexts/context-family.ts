import type { PromptContext } from './prompt-context.ts'

/** Contexts of one kind: they have its name, and its share in equal parts. */
export function contextFamily(
  name: string,
  share: number,
  contexts: readonly Omit<PromptContext, 'name' | 'share'>[],
): PromptContext[] {
  return contexts.map((context) => ({ name, share: share / contexts.length, ...context }))
}

/** Contexts of one kind that have a system prompt each. */
export const systemFamily = (
  name: string,
  share: number,
  systemPrompts: readonly string[],
): PromptContext[] =>
  contextFamily(
    name,
    share,
    systemPrompts.map((content) => ({ before: [{ role: 'system', content }] })),
  )
