const encoder = new TextEncoder()

/**
 * The buckets of the words' character n-grams, each word padded with a space before and after, as in scikit-learn's
 * `HashingVectorizer(analyzer='char_wb', ngram_range, n_features, alternate_sign=False)`: integers in [0, buckets). A word
 * shorter than an n-gram counts once, as a whole.
 */
export function hashedNgrams(
  words: readonly string[],
  {
    ngrams: [shortest, longest],
    buckets,
  }: { readonly ngrams: readonly [number, number]; readonly buckets: number },
): ReadonlySet<number> {
  const found = new Set<number>()
  for (const word of words) {
    const spaced = ` ${word} `
    for (let n = shortest; n <= longest; n++) {
      const count = Math.max(1, spaced.length - n + 1)
      for (let start = 0; start < count; start++) {
        found.add(Math.abs(murmurHash3(encoder.encode(spaced.slice(start, start + n)))) % buckets)
      }
      if (count === 1) break
    }
  }
  return found
}

/**
 * MurmurHash3 (Appleby), x86, 32 bits, as a signed integer: the hash of scikit-learn's `HashingVectorizer`. Not for security.
 *
 * Written by hand because the packages for it are CommonJS without an ES module, and accept only ASCII or hash other text
 * differently.
 */
export function murmurHash3(bytes: Uint8Array, seed = 0): number {
  const whole = bytes.length & ~3
  let hash = seed
  for (let at = 0; at < whole; at += 4) {
    const block =
      byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24)
    hash ^= scramble(block)
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64
  }
  let rest = 0
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | byte(bytes, at)
  hash ^= scramble(rest) ^ bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** 0 past the end, which the caller never reads. */
const byte = (bytes: Uint8Array, at: number) => bytes[at] ?? 0

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}
