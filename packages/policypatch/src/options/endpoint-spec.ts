import { PatchError } from '@policypatch/core'
import type { EndpointOptions } from '@policypatch/core/pairs'
import { type Command, InvalidArgumentError } from 'commander'
import { jsonObject, keyFromEnvironment } from './option-values.ts'

/** An OpenAI-compatible server and the model to ask on it. */
export interface EndpointSpec {
  readonly type: 'endpoint'
  readonly baseURL: string
  readonly model: string
}

/** Parses `URL#model`. Throws commander's error for anything else. */
export function parseEndpointSpec(text: string): EndpointSpec {
  const hash = text.indexOf('#')
  const baseURL = text.slice(0, Math.max(0, hash))
  const model = text.slice(hash + 1)
  if (hash > 0 && model && /^https?:\/\/[^/]/.test(baseURL)) return { type: 'endpoint', baseURL, model }
  throw new InvalidArgumentError(
    'Use endpoint:URL#model, for example endpoint:http://localhost:8080/v1#name.',
  )
}

/** How to call an endpoint, from the command's options. */
export interface EndpointSettings {
  /** The key itself. */
  readonly apiKey?: string | undefined
  readonly body?: EndpointOptions['body'] | undefined
  readonly keepThinking?: boolean | undefined
}

/** Adds the options for an endpoint that serves as reference or judge. */
export function addEndpointOptions(command: Command, role: 'reference' | 'judge'): Command {
  return command
    .option(
      `--${role}-key-env <name>`,
      `environment variable that holds the API key for the ${role} endpoint`,
      keyFromEnvironment,
    )
    .option(
      `--${role}-body <json>`,
      `extra request fields for the ${role} endpoint, as a JSON object; null removes a field`,
      jsonObject,
    )
}

/** Converts the options for the library. */
export function endpointOptions(
  { baseURL, model }: EndpointSpec,
  { apiKey, body }: EndpointSettings,
  onNotice: (line: string) => void,
): EndpointOptions {
  return { baseURL, model, apiKey, body, onNotice }
}

/** Throws `INVALID_ARGUMENT` if endpoint settings are given for something that is not an endpoint. */
export function refuseSettings(
  role: string,
  settings: EndpointSettings & { readonly criteria?: string | undefined },
): void {
  const given = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [flags[name]],
  )
  if (given.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `an endpoint as ${role}, such as endpoint:http://localhost:8080/v1#name`,
    found: `another ${role}, with ${given.map((flag) => flag?.replace('ROLE', role)).join(' and ')}`,
    remedy: 'Remove these options, or use an endpoint',
  })
}

const flags: Readonly<Record<string, string>> = {
  apiKey: '--ROLE-key-env',
  body: '--ROLE-body',
  keepThinking: '--keep-thinking',
  criteria: '--ROLE-criteria',
}
