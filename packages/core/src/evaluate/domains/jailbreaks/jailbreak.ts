import { type Attack, wrapPrompt } from '../../../pairs/wrap-prompt.ts'
import type { DomainPrompt } from '../domain-prompt.ts'
import { behaviourOf } from '../domain-prompt.ts'

/** A way of wrapping a request so that a model may answer what it would refuse. */
export type Jailbreak = Attack

/**
 * Prompts wrapped by a jailbreak: judges are shown the request itself, a behaviour stays the one it was, and the figures
 * of each jailbreak stand apart. Of a conversation the last turn is wrapped. They measure whether what was learned on
 * plain requests carries over: so keep the families that you measure by out of training, `hardenPatch` included.
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
