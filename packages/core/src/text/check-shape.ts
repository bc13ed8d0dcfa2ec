import { en } from 'zod/locales'
import * as z from 'zod/mini'
import { excerpt, isPrintableLine, printableLine, shortened } from './printable.ts'

/** A value that matches a schema, or what is wrong with it. */
export type Shape<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: ShapeError }

interface ShapeError {
  readonly issues: readonly z.core.$ZodIssue[]
}

/**
 * Validates foreign data against a schema. Never throws, even though zod passes a list's bad items as arguments, and the stack
 * only holds some hundred thousand.
 */
export function checkShape<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
): Shape<z.output<Schema>> {
  try {
    const { data, error } = z.safeParse(schema, value, inEnglish)
    return error ? { success: false, error } : { success: true, data }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const message = 'has too many bad items to list'
    return { success: false, error: { issues: [{ code: 'custom', path: [], message, input: undefined }] } }
  }
}

/**
 * Error messages for zod/mini, which has none, passed with each check: setting them with `z.config` would also affect an
 * application's own schemas.
 */
export const inEnglish: z.core.ParseContext<z.core.$ZodIssue> = { error: en().localeError }

/** Maximum number of bad fields named; the rest are counted. */
const mostNamed = 20
const longestName = 60

const named = (key: PropertyKey): string => {
  const text = String(key)
  return text.length <= longestName && isPrintableLine(text) ? text : excerpt(text, longestName)
}

/** zod's issues on one line: each bad field once, by its path. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues
    .slice(0, mostNamed)
    .map(
      ({ path, message }) =>
        `${path.map(named).join('.') || 'the whole value'}: ${shortened(printableLine(message), 200)}`,
    )
  const rest = issues.length > mostNamed ? `; and ${issues.length - mostNamed} more` : ''
  return `${issues.length} bad ${issues.length === 1 ? 'field' : 'fields'} (${[...new Set(lines)].join('; ')}${rest})`
}
