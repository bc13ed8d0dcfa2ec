import { throwIfAborted } from '../../errors.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import type { PromptKind } from '../rows/prompt-kind.ts'

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
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /**
   * Other values that its scores depend on and that take time to compute, such as a model's `modelIdentity`. Used only for
   * runs that can be resumed.
   */
  identity?(): Promise<Readonly<Record<string, unknown>>>
  score(
    requests: readonly JudgeRequest[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly number[]>
}

export interface FunctionJudgeOptions {
  /** Identifies this judge's scores in reports; change it with the function. */
  readonly name: string
  /** A response's score in [0, 1], 1 = as the policy wants it. */
  readonly score: (request: JudgeRequest) => number | Promise<number>
}

/** A judge from a function of one response, such as the caller's own classifier. */
export function functionJudge({ name, score }: FunctionJudgeOptions): Judge {
  return {
    specificationVersion: 'v1',
    name,
    async score(requests, { signal } = {}) {
      const scores: number[] = []
      for (const request of requests) {
        throwIfAborted(signal, `judging with ${name}`)
        scores.push(await score(request))
      }
      return scores
    },
  }
}
