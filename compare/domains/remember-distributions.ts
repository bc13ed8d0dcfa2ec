import type { Reference } from 'policypatch'

/** A reference that is asked once for the distributions over the same responses: patches of several seeds learn from them. */
export function rememberDistributions(reference: Reference): Reference {
  const { scoreTop } = reference
  if (!scoreTop) return reference
  const known = new Map<string, ReturnType<typeof scoreTop>>()
  return {
    ...reference,
    scoreTop(requests, k) {
      const key = JSON.stringify([k, requests])
      const asked = known.get(key) ?? scoreTop(requests, k)
      known.set(key, asked)
      return asked
    },
  }
}
