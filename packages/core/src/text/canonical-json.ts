/** JSON with the same bytes for the same value: sorted keys, two spaces, a final newline. Undefined properties are left out. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), undefined, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, held]) => [key, sorted(held)]))
}
