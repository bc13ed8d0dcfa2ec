import { checkShape, type GenerateOptions } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { badField } from './api-error.ts'
import { servedFields } from './refused-fields.ts'

const integer = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most))
const text = z.string().check(z.minLength(1), z.maxLength(256))

/** A patch of a stack, as it is named in requests. */
export const patchEntry = z.union([
  text,
  z.strictObject({
    name: text,
    version: z.optional(text),
    weight: z._default(z.number().check(z.minimum(0), z.maximum(100)), 1),
  }),
])

/** Patches of one request; more would take up the context. */
export const patchEntries = z.array(patchEntry).check(z.maxLength(16))

/** The fields that chats and completions share. */
const commonSchema = {
  model: text,
  max_tokens: z.optional(integer(1, 1_000_000)),
  temperature: z.optional(z.number().check(z.minimum(0), z.maximum(2))),
  top_p: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  top_k: z.optional(integer(0, 1_000_000)),
  n: z.optional(integer(1, 128)),
  stop: z.optional(z.union([text, z.array(text).check(z.maxLength(16))])),
  seed: z.optional(integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
  stream: z.optional(z.boolean()),
  stream_options: z.optional(
    z.looseObject({ include_usage: z.optional(z.boolean()), include_obfuscation: z.optional(z.boolean()) }),
  ),
  user: z.optional(z.string().check(z.maxLength(1000))),
  safety_identifier: z.optional(z.string().check(z.maxLength(1000))),
  metadata: z.optional(
    z.record(z.string(), z.string()).check(z.refine((all) => Object.keys(all).length <= 16)),
  ),
  patches: z.optional(patchEntries),
}

export const chatSchema = z.object({
  ...commonSchema,
  messages: z.array(z.unknown()).check(z.minLength(1), z.maxLength(4096)),
  max_completion_tokens: z.optional(integer(1, 1_000_000)),
  logprobs: z.optional(z.boolean()),
  top_logprobs: z.optional(integer(0, 20)),
})

export const completionSchema = z.object({
  ...commonSchema,
  prompt: z.union([z.string(), z.array(z.unknown()).check(z.minLength(1), z.maxLength(128))]),
  logprobs: z.optional(integer(0, 5)),
  best_of: z.optional(integer(1, 128)),
})

export type CommonFields = Omit<z.output<typeof chatSchema>, 'messages' | 'logprobs' | 'top_logprobs'>

/**
 * Parses a body with a schema.
 *
 * @throws ApiError 400 naming the bad field, as OpenAI's API does
 */
export function parseBody<Fields>(
  schema: z.core.$ZodType<Fields> & { readonly shape: Readonly<Record<string, unknown>> },
  body: unknown,
): Fields {
  const known = new Set(Object.keys(schema.shape))
  return checkedFields(schema, servedFields(jsonObject(body), known))
}

export function jsonObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw badField('', 'The body must be a JSON object', 'invalid_type')
}

/** @throws ApiError 400 naming the bad field */
export function checkedFields<Fields>(schema: z.core.$ZodType<Fields>, fields: unknown): Fields {
  const { success, data, error } = checkShape(schema, fields)
  if (success) return data
  const [first] = error.issues
  const found = error.issues.map(({ path, message }) => `'${path.map(String).join('.')}': ${message}`)
  throw badField(
    first?.path.map(String).join('.') ?? '',
    `Invalid value for ${[...new Set(found)].slice(0, 5).join('; ')}`,
    'invalid_value',
  )
}

/** How an answer is sampled. */
export type Sampling = Required<Pick<GenerateOptions, 'temperature'>> &
  Pick<GenerateOptions, 'topP' | 'topK' | 'maxTokens'> & { readonly stop?: readonly string[] }

/** OpenAI samples at temperature 1 unless told otherwise. */
export function samplingOf(fields: CommonFields): Sampling {
  const { temperature = 1, top_p, top_k, stop } = fields
  return {
    temperature,
    // A top_p of 0 means the most probable token only.
    ...(top_p !== undefined && { topP: Math.max(top_p, Number.EPSILON) }),
    ...(top_k !== undefined && { topK: top_k }),
    ...(stop !== undefined && { stop: typeof stop === 'string' ? [stop] : stop }),
    ...{ maxTokens: fields.max_completion_tokens ?? fields.max_tokens },
  }
}
