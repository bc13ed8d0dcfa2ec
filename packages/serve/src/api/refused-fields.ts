import { describeValue } from '@policypatch/core/platform'
import { badField } from './api-error.ts'

/** Fields of OpenAI's API that are not supported, with those of their values that ask for nothing. */
const notServed: Readonly<Record<string, readonly unknown[]>> = {
  tools: [[]],
  tool_choice: ['none', 'auto'],
  functions: [[]],
  function_call: ['none', 'auto'],
  response_format: [{ type: 'text' }],
  modalities: [['text']],
  audio: [],
  prediction: [],
  web_search_options: [],
  reasoning_effort: ['none'],
  verbosity: ['medium'],
  frequency_penalty: [0],
  presence_penalty: [0],
  logit_bias: [{}],
  moderation: [],
  store: [false],
  service_tier: ['auto', 'default'],
  suffix: [''],
  echo: [false],
}

/** Fields whose effect would not show in an answer. */
const withoutEffect = ['parallel_tool_calls', 'prompt_cache_key', 'prompt_cache_retention']

/**
 * Refuses unknown fields by name, and unsupported ones unless their value asks for nothing, instead of silently ignoring them.
 * Returns the remaining fields, without those that are null.
 *
 * @param known the names of the supported fields
 */
export function servedFields(
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Record<string, unknown> {
  const served: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined || withoutEffect.includes(name)) continue
    if (known.has(name)) served[name] = value
    else checkAsksNothing(name, value)
  }
  return served
}

function checkAsksNothing(name: string, value: unknown): void {
  const neutral = Object.hasOwn(notServed, name) ? notServed[name] : undefined
  if (!neutral) {
    throw badField(
      name,
      `Unrecognized request argument supplied: ${describeValue(name)}`,
      'unknown_parameter',
    )
  }
  const text = JSON.stringify(value)
  if (neutral.some((one) => JSON.stringify(one) === text)) return
  throw badField(
    name,
    `'${name}' is not supported by this server; it is refused rather than ignored. Found ${describeValue(value)}.`,
    'unsupported_parameter',
  )
}
