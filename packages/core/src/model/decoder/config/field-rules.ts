import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import type { Json } from './config-fields.ts'

/** How a field of a model's configuration is treated. A null field counts as absent. */
export type FieldRule =
  /** The family reads it. */
  | 'read'
  /** It does not affect logits; says why. */
  | { readonly harmless: string }
  /** It would require arithmetic that is not implemented, so it is refused except for values without effect. */
  | {
      /** Those values, in words. */
      readonly only: string
      readonly allows: (value: unknown, json: Json) => boolean
      /** A refused value in words, if its JSON is not clear enough. */
      readonly describe?: (value: unknown) => string
      /** What to do about a refused value. */
      readonly remedy?: string
    }

/** Rules by field name. A family has the common rules and its own. */
export type FieldRules = Readonly<Record<string, FieldRule>>

/** The rule for a field that is refused unless it has one of the given values. */
export function only(...values: readonly unknown[]): FieldRule {
  return {
    only: values.length === 0 ? 'absent' : values.map((value) => describeValue(value)).join(' or '),
    allows: (value) =>
      values.includes(value) ||
      (values.includes(0) && value === 0n) ||
      (values.length === 0 && isEmpty(value)),
  }
}

/** The same rule for several fields, names separated by spaces. */
export function rowsOf(names: string, rule: FieldRule): FieldRules {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]))
}

/** Whether a value means that a field has no effect: absent, null, false, or an empty list, object or text. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === undefined || value === null || value === false || value === ''
}

/**
 * Refuses everything that a configuration requires and the family does not support, all in one error.
 *
 * @param unknown the rule for fields without one
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
