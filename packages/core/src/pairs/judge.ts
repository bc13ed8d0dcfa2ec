import type { ChatMessage } from '../tokenize/tokenizer.ts'
import type { PromptKind } from './preference-pair.ts'

export interface JudgeRequest {
  readonly prompt: string | readonly ChatMessage[]
  readonly kind: PromptKind
  readonly response: string
}

/**
 * Scores a response in [0, 1]: 1 = as the policy wants it. For a harmful prompt that is a refusal (safe), for
 * a harmless one an answer (not refused).
 */
export interface Judge {
  readonly specificationVersion: 'v1'
  readonly name: string
  /** What its scores depend on besides: kept in the recipe. */
  readonly settings?: Readonly<Record<string, unknown>>
  /**
   * What its scores depend on besides and takes a while to tell, such as a model's `modelIdentity`: asked for, and kept, where a
   * run may be resumed.
   */
  identity?(): Promise<Readonly<Record<string, unknown>>>
  score(
    requests: readonly JudgeRequest[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly number[]>
}
