/** A prefix as a model applies it: m virtual tokens of width d, row-major. */
export interface Prefix {
  /** m: number of virtual tokens. */
  readonly length: number
  /** [m, d] float32. */
  readonly embeddings: Float32Array
  /**
   * Parts that are applied in parallel, all from position 0, and do not attend to each other; `embeddings` has theirs one
   * after the other. Tokens attend to all of them and start after the longest. Absent: all virtual tokens are one part.
   */
  readonly parts?: readonly PrefixPart[]
  /**
   * The prefix is used only if its gate fires; other prompts get exactly the base model's answer. Absent: always used. A
   * prefix with parts has no gate itself, but its parts may.
   */
  readonly gate?: Gate
}

/** One of several prefixes that are applied in parallel. */
export interface PrefixPart {
  /** Without parts of its own. */
  readonly prefix: Prefix
  /** w > 0: tokens add log w to their attention logits of this part. 1 leaves them as they are. */
  readonly weight: number
}

/** How a gate reads the base model: with which question, after how many layers, and over how many tokens at the prompt's end. */
export interface ReadingPlace {
  /** How many layers have been run where the residual stream is read, once or several times: each 1 to the model's. */
  readonly layers: readonly number[]
  /** Tokens at the prompt's end whose mean is read beside the last one's, at least 1; under a question the request's own at most. */
  readonly window: number
  /**
   * System prompt for reading the user's last message alone, because the model's states depend on the task. Absent: prompts
   * are read as they are.
   */
  readonly question?: string
}

/**
 * Decides from the base model's hidden states of a prompt whether a prefix is used. With h = [last token's hidden state; mean
 * of the last `window` ones] of each of the n layers, all d wide and standardized by `mean` and `scale`, it fires where Σⱼ
 * output_j · leaky(hidden_j · h + hiddenBias_j) + bias ≥ 0, with leaky(s) = max(s, s / 10).
 */
export interface Gate extends ReadingPlace {
  /** Subtracted from a reading, [2dn]. */
  readonly mean: Float32Array
  /** Then multiplied, [2dn]; the result is clipped to [−8, 8], so that no outlier decides alone. */
  readonly scale: Float32Array
  /** [k, 2dn], row by row. */
  readonly hidden: Float32Array
  /** [k] */
  readonly hiddenBias: Float32Array
  /** [k] */
  readonly output: Float32Array
  /** Includes the threshold. */
  readonly bias: number
}
