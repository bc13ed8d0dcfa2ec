/** What identifies a tokenizer, whatever file it was read from. */
export interface TokenizerIdentity {
  /** Tokens by id, including added tokens; holes for ids without a token. */
  readonly vocabulary: readonly (string | undefined)[]
  /** Merges in rank order, as pairs or as text with one space. */
  readonly merges: readonly (string | readonly string[])[]
  /** Whether the merges follow from the vocabulary (SentencePiece), in which case converters order them differently. */
  readonly impliedMerges: boolean
}

/**
 * SHA-256 (hex) of the vocabulary in id order and the merges in rank order: the same for tokenizer.json and GGUF files of one
 * model. Implied merges are left out.
 */
export async function fingerprintTokenizer(identity: TokenizerIdentity): Promise<string> {
  const merges = identity.impliedMerges
    ? []
    : identity.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')))
  const vocabulary = Array.from(identity.vocabulary, (token) => token ?? null)
  const bytes = new TextEncoder().encode(JSON.stringify([vocabulary, merges]))
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
