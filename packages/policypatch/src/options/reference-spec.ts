import { type Command, InvalidArgumentError } from 'commander'
import {
  addEndpointOptions,
  type EndpointSettings,
  type EndpointSpec,
  parseEndpointSpec,
} from './endpoint-spec.ts'

/** A parsed `--reference`. */
export type ReferenceSpec =
  | { readonly type: 'model'; readonly id: string }
  | { readonly type: 'adapter'; readonly directory: string }
  | { readonly type: 'system-prompt'; readonly file: string | undefined }
  | { readonly type: 'recorded'; readonly file: string }
  | EndpointSpec

/**
 * Parses `adapter:DIR`, `system-prompt`, `system-prompt:FILE`, `endpoint:URL#model` and `recorded:FILE`; anything else is a
 * model's id or path. Throws commander's error if a part is missing.
 */
export function parseReferenceSpec(text: string): ReferenceSpec {
  const [, type = '', rest] = /^(adapter|system-prompt|endpoint|recorded)(?::(.*))?$/s.exec(text) ?? []
  if (type === 'system-prompt' && rest !== '') return { type, file: rest }
  if (type === 'endpoint') return parseEndpointSpec(rest ?? '')
  if (type === 'adapter' && rest) return { type, directory: rest }
  if (type === 'recorded' && rest) return { type, file: rest }
  if (type === '' && text !== '') return { type: 'model', id: text }
  throw new InvalidArgumentError(
    'Use a model, adapter:DIR, system-prompt[:FILE], endpoint:URL#model or recorded:FILE.',
  )
}

export interface ReferenceOptions {
  readonly reference?: ReferenceSpec
  /** The key itself. */
  readonly referenceKeyEnv?: string
  readonly referenceBody?: Readonly<Record<string, unknown>>
  readonly keepThinking?: true
}

/** Adds `--reference` and the options for an endpoint. */
export function addReferenceOptions(command: Command, what: string): Command {
  command.option(
    '--reference <reference>',
    `${what}: a model, adapter:DIR, system-prompt[:FILE], endpoint:URL#model or recorded:FILE`,
    parseReferenceSpec,
  )
  return addEndpointOptions(command, 'reference').option(
    '--keep-thinking',
    'keep the thinking of a reference endpoint in its answers (default: it is removed)',
  )
}

export const referenceSettings = (options: ReferenceOptions): EndpointSettings => ({
  apiKey: options.referenceKeyEnv,
  body: options.referenceBody,
  keepThinking: options.keepThinking,
})
