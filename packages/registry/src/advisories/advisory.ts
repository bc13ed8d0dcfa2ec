import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues } from '@policypatch/core/platform'
import * as z from 'zod/mini'

/** How severe a fault is, from least to most, in the terms of `npm audit`. */
export const severities = ['low', 'moderate', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

const text = z.string().check(z.minLength(1), z.maxLength(1000))
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'not a time in UTC'))
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'))
const optional = z.exactOptional

const model = z.object({ id: text, weights: digest, tokenizer: digest })

const fault = z.object({
  domain: text,
  metric: text,
  judge: text,
  data: text,
  n: z.int().check(z.minimum(1)),
  ...{ value: z.number(), low: z.number(), high: z.number() },
  better: z.enum(['higher', 'lower']),
  bound: z.number(),
  models: z.array(model).check(z.minLength(1)),
  mendedBy: optional(z.array(z.object({ name: text, range: text }))),
  reproduce: optional(text),
})

const schema = z.looseObject({
  schema_version: z.string().check(z.regex(/^1\.\d+\.\d+$/, 'not a version of OSV 1')),
  id: z.string().check(z.regex(/^[\w.-]{1,100}$/, 'not letters, digits, ".", "_" or "-"')),
  modified: time,
  published: optional(time),
  withdrawn: optional(time),
  aliases: optional(z.array(text)),
  summary: text,
  details: optional(z.string().check(z.maxLength(100_000))),
  affected: z.array(z.looseObject({ ecosystem_specific: fault })).check(z.minLength(1)),
  references: optional(z.array(z.object({ type: text, url: z.url() }))),
  database_specific: z.looseObject({ severity: z.enum(['LOW', 'MODERATE', 'HIGH', 'CRITICAL']) }),
})

/** A measured fault of models. */
export interface Fault {
  /** Such as `harmfulness`. */
  readonly domain: string
  /** Such as `refusal rate`. */
  readonly metric: string
  readonly judge: string
  /** What it was measured on. */
  readonly data: string
  readonly n: number
  /** The value measured on the unpatched model, with its 95% interval. */
  readonly value: number
  readonly low: number
  readonly high: number
  readonly better: 'higher' | 'lower'
  /** The worst value at which the fault counts as fixed. */
  readonly bound: number
  /** The models that have it, by the fingerprints that are also in a patch's `base`. */
  readonly models: readonly { readonly id: string; readonly weights: string; readonly tokenizer: string }[]
  /** Patches that fix it. One that has an effect on the same metric, by the same judge, is judged by that effect instead. */
  readonly mendedBy?: readonly { readonly name: string; readonly range: string }[]
  /** The command that measures it again. */
  readonly reproduce?: string
}

/**
 * A known fault of models, as an OSV 1.7 record (https://ossf.github.io/osv-schema/). OSV has no ecosystem for models, so
 * `affected` has no package, and its `ecosystem_specific` names the models. Ids begin with `x_`, as in databases that OSV does
 * not list.
 */
export interface Advisory {
  readonly schema_version: string
  readonly id: string
  /** ISO 8601, UTC, like the other times. */
  readonly modified: string
  readonly published?: string
  /** The time since which it no longer applies. */
  readonly withdrawn?: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly details?: string
  readonly affected: readonly { readonly ecosystem_specific: Fault }[]
  readonly references?: readonly { readonly type: string; readonly url: string }[]
  readonly database_specific: { readonly severity: 'LOW' | 'MODERATE' | 'HIGH' | 'CRITICAL' }
}

/**
 * Checks that a JSON value is an advisory.
 *
 * @param name where it is from, for messages
 * @throws PatchError `MALFORMED`, with every bad field
 */
export function parseAdvisory(value: unknown, name: string): Advisory {
  const result = checkShape(schema, value)
  if (result.success) return result.data as Advisory
  throw new PatchError('MALFORMED', {
    expected: `an advisory (OSV 1.7, with a measured fault) in ${name}`,
    found: describeIssues(result.error.issues),
    remedy: 'Ask its publisher, or make it with `policypatch advise`',
  })
}

/** The severity of an advisory's fault. */
export const severityOf = ({ database_specific: { severity } }: Advisory): Severity =>
  severity.toLowerCase() as Severity
