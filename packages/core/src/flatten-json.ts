/** The leaves of a value of JSON by their paths, such as `a.b.0`; an empty object or array is a leaf. */
export function flattenJson(value: unknown, path = ''): Map<string, unknown> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (entries.length === 0) return new Map(value === undefined ? [] : [[path, value]])
  return new Map(
    entries.flatMap(([name, held]) => [...flattenJson(held, path === '' ? name : `${path}.${name}`)]),
  )
}
