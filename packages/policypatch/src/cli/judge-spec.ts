import { type Judge, refusalJudge } from '@policypatch/core'
import { InvalidArgumentError } from 'commander'
import { endpointJudge } from '../endpoints.ts'
import {
  type EndpointSettings,
  type EndpointSpec,
  endpointOptions,
  parseEndpointSpec,
  refuseSettings,
} from './endpoint-spec.ts'

/** What `--judge` names. */
export type JudgeSpec = { readonly type: 'refusal' } | EndpointSpec

/** Parses `refusal` or `endpoint:URL#model`. Throws commander's error for anything else. */
export function parseJudgeSpec(text: string): JudgeSpec {
  if (text === 'refusal') return { type: 'refusal' }
  if (text.startsWith('endpoint:')) return parseEndpointSpec(text.slice('endpoint:'.length))
  throw new InvalidArgumentError('A judge is refusal or endpoint:URL#model.')
}

/** Opens what `--judge` names. */
export function openJudge(
  spec: JudgeSpec,
  settings: EndpointSettings,
  onNotice: (line: string) => void,
): Judge {
  if (spec.type === 'endpoint') return endpointJudge(endpointOptions(spec, settings, onNotice))
  refuseSettings('judge', settings)
  return refusalJudge()
}
