/** What bench/scaling/measure-costs.ts measures, and the simulation reads. */
export interface MeasuredCosts {
  readonly model: string
  /** Of the model, without a prefix. */
  readonly parameters: number
  /** m. */
  readonly prefixLength: number
  /** Costs are processor time on so many threads. */
  readonly environment: {
    readonly cpu: string
    readonly threads: number
    readonly node: string
    /** Load of the machine before and after. */
    readonly load: readonly [number, number]
  }
  /** The answers of two models of this size, as the model and its reference are, to the rows of a shard. */
  readonly pairs: ShardCost
  /** The answers of one model to the rows of a shard. */
  readonly evaluation: ShardCost
  /** The gradient of a part of a batch. */
  readonly part: ShardCost
  /** Adding one gradient of `numbers`, and one update of AdamW. */
  readonly coordinator: { readonly numbers: number; readonly add: number; readonly update: number }
}

export interface ShardCost {
  readonly rows: number
  /** Seconds, one for each shard that was measured. */
  readonly seconds: readonly number[]
  /** Bytes of a result. */
  readonly resultBytes: number
  /** Tokens that a shard reads: its prompts, or the rows and the prefix of a part. */
  readonly read: number
  /** Tokens that a shard generates, all of its rows. */
  readonly generated: number
  /** Passes through the model that generate them: as many as the longest row has tokens. */
  readonly passes: number
}
