/** A prefix as a model applies it: m virtual tokens of width d, row-major. */
export interface Prefix {
  /** m: number of virtual tokens. */
  readonly length: number
  /** [m, d] float32. */
  readonly embeddings: Float32Array
  /**
   * Parts that stand side by side, all from position 0, none of which sees another; `embeddings` are theirs one after
   * the other. Tokens see all of them, from the position after the longest. Absent: all virtual tokens are one part.
   */
  readonly parts?: readonly PrefixPart[]
}

/** One of several prefixes that stand side by side. */
export interface PrefixPart {
  /** Without parts of its own. */
  readonly prefix: Prefix
  /** w > 0: tokens add log w to their attention logits of this part. 1 leaves them as they are. */
  readonly weight: number
}
