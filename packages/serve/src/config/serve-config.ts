import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues, parseJsonFile } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { patchEntries } from '../api/common-fields.ts'
import { logLevels } from '../operate/log.ts'

const text = z.string().check(z.minLength(1), z.maxLength(4096))
const texts = z.array(text).check(z.maxLength(100))
const integer = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.int().check(z.minimum(least), z.maximum(most))

// Unknown fields are rejected: a misspelled one would otherwise be silently ignored.
export const serveSchema = z.strictObject({
  /** The model to serve, as `loadModel` takes it. */
  model: z.optional(text),
  /** Its names in requests, the primary one first. Default: its id. */
  names: z._default(texts, []),
  host: z._default(text, '127.0.0.1'),
  port: z._default(integer(0, 65_535), 8000),
  /** The stack of requests that name no patches. */
  patches: z._default(patchEntries, []),
  /** A file for changes made while serving, so that they survive a restart. Absent: a restart begins with `patches`. */
  state: z.optional(text),
  /** A file of API keys. Absent: everybody is let in. */
  keys: z.optional(text),
  engine: z.prefault(
    z.strictObject({
      batchSize: z._default(integer(1, 4096), 16),
      queueLimit: z._default(integer(1, 1_000_000), 256),
      promptCacheBytes: z._default(integer(0), 512 * 2 ** 20),
    }),
    {},
  ),
  limits: z.prefault(
    z.strictObject({
      bodyBytes: z._default(integer(1), 2 ** 20),
      maxTokens: z._default(integer(1), 2048),
      choices: z._default(integer(1, 128), 8),
      queueTimeout: z._default(integer(1), 60_000),
      requestsPerMinute: z._default(integer(0), 0),
      tokensPerMinute: z._default(integer(0), 0),
    }),
    {},
  ),
  cors: z.prefault(z.strictObject({ origins: z._default(texts, []) }), {}),
  /** PEM files. */
  tls: z.optional(z.strictObject({ certificate: text, key: text })),
  log: z.prefault(
    z.strictObject({
      level: z._default(z.enum(logLevels), 'info'),
      /** Whether prompts and answers go into the log. */
      prompts: z._default(z.boolean(), false),
    }),
    {},
  ),
  /** Who may read `/metrics`. */
  metrics: z._default(z.enum(['open', 'key', 'off']), 'open'),
  install: z.prefault(z.strictObject({ paths: z._default(z.boolean(), false) }), {}),
  /** Whether there is a chat page at `/`. */
  page: z._default(z.boolean(), true),
  /** Seconds that answers in progress have to finish when the server is closed. */
  drainSeconds: z._default(integer(0, 86_400), 60),
})

/** The configuration of a server. */
export type ServeConfig = z.output<typeof serveSchema>

/** A configuration as it is given; omitted fields have their defaults. */
export type ServeSettings = z.input<typeof serveSchema>

/**
 * Merges layers of a configuration, each of which takes precedence over those after it: the command line, the environment, a
 * file.
 *
 * @throws PatchError `INVALID_ARGUMENT` listing every bad field at once
 */
export function serveConfig(...layers: readonly ServeSettings[]): ServeConfig {
  const result = checkShape(serveSchema, layers.reduceRight(merged, {}))
  if (result.success) return result.data
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'settings of the server',
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields of the configuration file, or POLICYPATCH_SERVE_… variables',
  })
}

/** Reads a JSON configuration file. Its fields are checked together with those of the other layers. */
export const parseServeFile = (bytes: Uint8Array, path: string): ServeSettings => parseJsonFile(bytes, path)

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Overrides fields with others; groups are merged field by field. */
function merged(below: Fields, above: Fields): Fields {
  const fields: Record<string, unknown> = { ...below }
  for (const [name, value] of Object.entries(above)) {
    const under = fields[name]
    if (value !== undefined) fields[name] = isFields(value) && isFields(under) ? merged(under, value) : value
  }
  return fields
}
