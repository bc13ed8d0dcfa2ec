import type { ChatMessage } from '../tokenize/tokenizer.ts'
import type { PromptKind } from './preference-pair.ts'

export interface JudgeRequest {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  readonly response: string
}

/** Scores a response in [0, 1], where 1 means as wanted: a refusal for a harmful prompt, an answer for a harmless one. */
export interface Judge {
  readonly specificationVersion: 'v1'
  readonly name: string
  /** Other values that its scores depend on, recorded in the recipe. */
  readonly settings?: Readonly<Record<string, unknown>>
  /**
   * Other values that its scores depend on and that take time to compute, such as a model's `modelIdentity`. Used only for
   * runs that can be resumed.
   */
  identity?(): Promise<Readonly<Record<string, unknown>>>
  score(
    requests: readonly JudgeRequest[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly number[]>
}
