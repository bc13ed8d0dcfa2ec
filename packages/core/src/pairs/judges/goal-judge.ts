import { throwIfAborted } from '../../errors.ts'
import { isTarget } from '../rows/prompt-kind.ts'
import { isDegenerate } from './is-degenerate.ts'
import type { Judge, JudgeRequest } from './judge.ts'

/** Tests a response. */
export type ResponseTest = (request: JudgeRequest) => boolean | Promise<boolean>

export interface GoalJudgeOptions {
  /** Identifies the judge in reports. Change it when you change the tests. */
  readonly name: string
  /** Other values that its scores depend on, recorded in the recipe. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** Whether a response is what targets should get, such as JSON with a given schema. */
  readonly meets: ResponseTest
  /** Whether a response has any trace of it, which `keep` prompts must not get, such as JSON of any kind. Default: `meets`. */
  readonly resembles?: ResponseTest | undefined
}

/**
 * A judge for a goal that a response meets or not: a format, a style, a persona, a language. A target scores 1 if its response
 * meets the goal, a `keep` prompt if its response has no trace of it. An empty or repetitive response scores 0 for both.
 */
export function goalJudge({ name, settings, meets, resembles = meets }: GoalJudgeOptions): Judge {
  return {
    specificationVersion: 'v1',
    name,
    settings,
    async score(requests, { signal } = {}) {
      const scores: number[] = []
      for (const request of requests) {
        throwIfAborted(signal, `judging with ${name}`)
        const asWanted = isTarget(request.kind) ? await meets(request) : !(await resembles(request))
        scores.push(asWanted && !isDegenerate(request.response) ? 1 : 0)
      }
      return scores
    },
  }
}
