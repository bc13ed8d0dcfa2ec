/** The costs that bench/scaling/measure-costs.ts measures for the simulation. */
export interface MeasuredCosts {
  readonly model: string
  /** Parameters of the model, without a prefix. */
  readonly parameters: number
  /** Number of virtual tokens m. */
  readonly prefixLength: number
  /** Costs are CPU time on this many threads. */
  readonly environment: {
    readonly cpu: string
    readonly threads: number
    readonly node: string
    /** Load of the machine before and after. */
    readonly load: readonly [number, number]
  }
  /** Generating the answers to a shard's prompts with two models of this size, as with the model and its reference. */
  readonly pairs: ShardCost
  /** Generating the answers to a shard's prompts with one model. */
  readonly evaluation: ShardCost
  /** Computing the gradient of a part of a batch. */
  readonly part: ShardCost
  /** Adding one gradient of `numbers` elements, and one AdamW update. */
  readonly coordinator: { readonly numbers: number; readonly add: number; readonly update: number }
}

export interface ShardCost {
  readonly rows: number
  /** Seconds, one entry per measured shard. */
  readonly seconds: readonly number[]
  /** Bytes of a result. */
  readonly resultBytes: number
  /** Tokens that a shard reads: its prompts, or the rows and the prefix of a part. */
  readonly read: number
  /** Tokens that a shard generates, over all rows. */
  readonly generated: number
  /** Forward passes to generate them: the token count of the longest row. */
  readonly passes: number
}
