import type { Reference } from 'policypatch'

/** Caches a reference's distributions for each response, because patches of several seeds learn from them. */
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
