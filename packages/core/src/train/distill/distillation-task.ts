import type { PatchPrompt } from '../../pairs/preference-pair.ts'
import type { PromptFormat } from '../../pairs/prompt-format.ts'
import type { Reference } from '../../pairs/reference.ts'

/** A prompt, and the response at whose positions the teacher is imitated; without one the teacher is asked. */
export interface DistillationRow extends PatchPrompt {
  readonly response?: string
}

/** Something that a prefix is to do as its teacher does it. */
export interface DistillationTask {
  /** For files and messages. */
  readonly name: string
  /** Responds, and gives distributions over the tokens of the model that is trained. */
  readonly teacher: Reference
  readonly rows: readonly DistillationRow[]
  /** Default `chat`. */
  readonly format?: PromptFormat
  /** Its part of a batch, to those of other tasks. Default 1. */
  readonly share?: number
  /** Responses are cut to this many tokens. Default 32. */
  readonly maxResponseTokens?: number
}
