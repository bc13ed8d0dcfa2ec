import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import type { Json } from './config-fields.ts'

/** What becomes of a field of a model's configuration. A field that is null counts as absent. */
export type FieldRule =
  /** The family reads it. */
  | 'read'
  /** It changes no logits: why. */
  | { readonly harmless: string }
  /** It would change the arithmetic to one that is not implemented, and is refused but for values that change nothing. */
  | {
      /** Those values in words. */
      readonly only: string
      readonly allows: (value: unknown, json: Json) => boolean
      /** Another one in words, where its JSON does not say it. */
      readonly describe?: (value: unknown) => string
      /** What to do about another one. */
      readonly remedy?: string
    }

/** A rule for each field, by name. A family is the common rows and its own. */
export type FieldRules = Readonly<Record<string, FieldRule>>

/** The row of a field that is refused but for the given values. */
export function only(...values: readonly unknown[]): FieldRule {
  return {
    only: values.length === 0 ? 'absent' : values.map((value) => describeValue(value)).join(' or '),
    allows: (value) =>
      values.includes(value) ||
      (values.includes(0) && value === 0n) ||
      (values.length === 0 && isEmpty(value)),
  }
}

/** The same row for several fields, their names with a space between them. */
export function rowsOf(names: string, rule: FieldRule): FieldRules {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]))
}

/** Whether a value is what a field without effect has: nothing, no, or an empty list, object or text. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === undefined || value === null || value === false || value === ''
}

/**
 * Refuses what a configuration asks for and the family does not do, all of it at once.
 *
 * @param unknown the rule for fields that have none
 * @throws PatchError `UNSUPPORTED`
 */
export function checkFieldRules(
  json: Json,
  rules: FieldRules,
  file: string,
  unknown: FieldRule = { harmless: 'no class of this family reads it' },
): void {
  const refused = Object.entries(json).flatMap(([name, value]) => {
    if (value === null || value === undefined) return []
    const rule = Object.hasOwn(rules, name) ? (rules[name] as FieldRule) : unknown
    if (typeof rule === 'string' || 'harmless' in rule || rule.allows(value, json)) return []
    return [{ name, value, rule }]
  })
  const [first] = refused
  if (!first) return
  const most = 5
  const named = refused.slice(0, most)
  throw new PatchError('UNSUPPORTED', {
    expected: `${named.map(({ name, rule }) => `${name} ${rule.only}`).join(', ')} in ${file}`,
    found:
      named.map(({ name, value, rule }) => `${name} ${(rule.describe ?? describeValue)(value)}`).join(', ') +
      (refused.length > most ? ` and ${refused.length - most} more` : ''),
    remedy: first.rule.remedy ?? 'Use a model without it, or add the feature in a new architecture file',
  })
}
