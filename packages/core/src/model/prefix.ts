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
  /**
   * The prefix takes effect only on prompts on which its gate fires; the others are the base's, word for word. Absent: on
   * all. A prefix with parts has none of its own: its parts may.
   */
  readonly gate?: Gate
}

/** One of several prefixes that stand side by side. */
export interface PrefixPart {
  /** Without parts of its own. */
  readonly prefix: Prefix
  /** w > 0: tokens add log w to their attention logits of this part. 1 leaves them as they are. */
  readonly weight: number
}

/** How a gate reads the base: under which question, after how many layers, and over how many tokens at the prompt's end. */
export interface ReadingPlace {
  /** How many layers have been run where the residual stream is read, once or several times: each 1 to the model's. */
  readonly layers: readonly number[]
  /** Tokens at the prompt's end whose mean is read beside the last one's, at least 1; under a question the request's own at most. */
  readonly window: number
  /**
   * System prompt under which what the user asks last is read, alone: what a model makes of a request depends on what it is to
   * do with it. Absent: prompts are read as they are.
   */
  readonly question?: string
}

/**
 * Decides by what the base itself makes of a prompt whether a prefix takes effect. With h = [last token's hidden state;
 * mean of the last `window` ones] of each of the n layers, all d wide and standardized by `mean` and `scale`, it fires where
 * Σⱼ output_j · leaky(hidden_j · h + hiddenBias_j) + bias ≥ 0, with leaky(s) = max(s, s / 10).
 */
export interface Gate extends ReadingPlace {
  /** Subtracted from a reading, [2dn]. */
  readonly mean: Float32Array
  /** Multiplies it then, [2dn]; what comes out is cut to [−8, 8], so that no outlier decides alone. */
  readonly scale: Float32Array
  /** [k, 2dn], row by row. */
  readonly hidden: Float32Array
  /** [k] */
  readonly hiddenBias: Float32Array
  /** [k] */
  readonly output: Float32Array
  /** The threshold is in it. */
  readonly bias: number
}
