import type * as z from 'zod/mini'
import { excerpt } from './excerpt.ts'
import { isPrintableLine, printableLine, shortened } from './printable.ts'

/** Bad fields that are named; of more there is the number. */
const mostNamed = 20
const longestName = 60

const named = (key: PropertyKey): string => {
  const text = String(key)
  return text.length <= longestName && isPrintableLine(text) ? text : excerpt(text, longestName)
}

/** What zod found wrong on one line: each bad field once, by the path to it. */
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
