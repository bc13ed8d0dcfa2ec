import { type Judge, refusalJudge } from '@policypatch/core'
import { InvalidArgumentError } from 'commander'
import { endpointJudge } from '../endpoints.ts'
import { type EndpointSpec, parseEndpointSpec } from './endpoint-spec.ts'

/** What `--judge` names. */
export type JudgeSpec = { readonly type: 'refusal' } | EndpointSpec

/** Parses `refusal` or `endpoint:URL#model`. Throws commander's error for anything else. */
export function parseJudgeSpec(text: string): JudgeSpec {
  if (text === 'refusal') return { type: 'refusal' }
  if (text.startsWith('endpoint:')) return parseEndpointSpec(text.slice('endpoint:'.length))
  throw new InvalidArgumentError('A judge is refusal or endpoint:URL#model.')
}

export function openJudge(spec: JudgeSpec, apiKey: string | undefined): Judge {
  if (spec.type === 'refusal') return refusalJudge()
  return endpointJudge({ baseURL: spec.baseURL, model: spec.model, ...(apiKey !== undefined && { apiKey }) })
}
