import type { Prefix } from '../../model/language-model/language-model.ts'

/**
 * A prefix of `length` virtual tokens chosen evenly from those of others, one after the other: where a shorter prefix
 * that is to do what they do can start. Repeated where there are too few.
 */
export function evenlyChosen(prefixes: readonly Prefix[], length: number): Prefix {
  const width = (prefixes[0] as Prefix).embeddings.length / (prefixes[0] as Prefix).length
  const rows = prefixes.flatMap(({ length: own, embeddings }) =>
    Array.from({ length: own }, (_, i) => embeddings.subarray(i * width, (i + 1) * width)),
  )
  const embeddings = new Float32Array(length * width)
  for (let i = 0; i < length; i++) {
    const at = length <= rows.length ? Math.floor((i * rows.length) / length) : i % rows.length
    embeddings.set(rows[at] as Float32Array, i * width)
  }
  return { length, embeddings }
}
