import { type Attack, wrapPrompt } from '../../../pairs/wrap-prompt.ts'
import type { DomainPrompt } from '../domain-prompt.ts'
import { behaviourOf } from '../domain-prompt.ts'

/** A way of wrapping a request so that a model may answer what it would refuse. */
export type Jailbreak = Attack

/**
 * Prompts wrapped in a jailbreak. Judges see the request itself, the behaviour stays the same, and each jailbreak has its own
 * figures. In a conversation the last turn is wrapped. These prompts measure whether training on plain requests carries over,
 * so keep the families that you measure with out of training, including `hardenPatch`.
 */
export function jailbreakPrompts(prompts: readonly DomainPrompt[], jailbreak: Jailbreak): DomainPrompt[] {
  const { name } = jailbreak
  return prompts.map((prompt) => ({
    ...prompt,
    prompt: wrapPrompt(prompt.prompt, jailbreak),
    behaviour: behaviourOf(prompt),
    request: prompt.request ?? prompt.prompt,
    part: prompt.part === undefined ? name : `${prompt.part}, ${name}`,
  }))
}
