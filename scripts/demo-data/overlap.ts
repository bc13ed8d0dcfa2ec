import { createHash } from 'node:crypto'

/** The lower-cased words of a text. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}']+/gu))
}

/** |a ∩ b| / |a ∪ b|, in [0, 1]. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0
  for (const word of a) if (b.has(word)) shared++
  return shared / (a.size + b.size - shared)
}

/** The prompt in `others` that is most similar to this one. */
export function nearest(prompt: string, others: readonly string[]): { prompt: string; similarity: number } {
  const words = wordSet(prompt)
  let best = { prompt: '', similarity: 0 }
  for (const other of others) {
    const similarity = jaccard(words, wordSet(other))
    if (similarity > best.similarity) best = { prompt: other, similarity }
  }
  return best
}

/** An order that depends only on each text, so that new rows do not reshuffle old ones. */
export function byHash(a: string, b: string): number {
  const key = (text: string) => createHash('sha256').update(`policypatch-demo/v1\n${text}`).digest('hex')
  return key(a) < key(b) ? -1 : 1
}

/** Throws if a prompt in `held` has a similarity of at least `limit` to one in `seen`, naming every such pair. */
export function assertDisjoint(held: readonly string[], seen: readonly string[], limit: number): void {
  const pairs = held
    .map((prompt) => ({ held: prompt, ...nearest(prompt, seen) }))
    .filter((pair) => pair.similarity >= limit)
  if (pairs.length === 0) return
  const lines = pairs.map((pair) => `${pair.similarity.toFixed(2)}  ${pair.held}\n      ${pair.prompt}`)
  throw new Error(`Held-out prompts too like ones seen in training (limit ${limit}):\n${lines.join('\n')}`)
}
