import type * as z from 'zod/mini'

/** What zod found wrong, every bad field once, on one line. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const lines = issues.map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`)
  return `${lines.length} bad ${lines.length === 1 ? 'field' : 'fields'} (${[...new Set(lines)].join('; ')})`
}
