import type { Prefix } from './prefix.ts'

/** The virtual tokens of prefixes, one after the other. */
export function joinEmbeddings(prefixes: readonly Prefix[]): Pick<Prefix, 'length' | 'embeddings'> {
  const embeddings = new Float32Array(prefixes.reduce((sum, prefix) => sum + prefix.embeddings.length, 0))
  let at = 0
  for (const { embeddings: own } of prefixes) {
    embeddings.set(own, at)
    at += own.length
  }
  return { length: prefixes.reduce((sum, { length }) => sum + length, 0), embeddings }
}
