import type { Reference } from 'policypatch'

/** A reference that is asked once for the distributions over the same responses: patches of several seeds learn from them. */
export function rememberDistributions(reference: Reference): Reference {
  const { distributions } = reference
  if (!distributions) return reference
  const known = new Map<string, ReturnType<typeof distributions>>()
  return {
    ...reference,
    distributions(requests, k) {
      const key = JSON.stringify([k, requests])
      const asked = known.get(key) ?? distributions(requests, k)
      known.set(key, asked)
      return asked
    },
  }
}
