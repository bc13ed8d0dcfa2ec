import type { PatchPrompt } from '../../pairs/preference-pair.ts'

/** A prompt that a domain is measured on; the name of its part, such as a jailbreak, is added to the name of the data. */
export interface DomainPrompt extends PatchPrompt {
  /**
   * The behaviour that it tries to elicit, if several prompts try the same one: a rate by behaviour averages these first.
   * Default: the prompt itself.
   */
  readonly behaviour?: string
  /** What judges see instead of the prompt: the request inside a jailbreak. */
  readonly request?: PatchPrompt['prompt']
}

/** A prompt's identity among the others: its behaviour, else its text. */
export const behaviourOf = ({ behaviour, request, prompt }: DomainPrompt): string =>
  behaviour ?? JSON.stringify(request ?? prompt)
