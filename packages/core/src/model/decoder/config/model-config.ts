/** What a decoder's arithmetic needs to know, under one name per idea whatever file it came from. */
export interface ModelConfig {
  /** The architecture's name, as Hugging Face's `model_type`: `llama`, `qwen2`. */
  readonly architecture: string
  readonly vocabSize: number
  /** d: width of the residual stream. */
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  /** Query heads. */
  readonly heads: number
  /** Key and value heads; divides `heads` (grouped-query attention). */
  readonly keyValueHeads: number
  /** Width of one head. */
  readonly headSize: number
  /** ε of RMSNorm. */
  readonly normEpsilon: number
  /** θ of RoPE. */
  readonly ropeTheta: number
  readonly ropeScaling: RopeScaling | undefined
  /** Context length in tokens, prefix included. */
  readonly maxPositions: number
  /** Whether the output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean
  /** Whether the query, key and value projections have a bias. */
  readonly attentionBias: boolean
  /** Whether the attention's output projection has a bias. */
  readonly outputBias: boolean
  /** Whether the projections of the feed-forward part have a bias. */
  readonly feedForwardBias: boolean
}

/** RoPE scaling: `linear` divides every frequency; `llama3` divides the low ones (Llama 3.1). */
export type RopeScaling =
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalMaxPositions: number
    }
  /** Frequencies given by the file itself: each inverse frequency is divided by its factor (GGUF `rope_freqs`). */
  | { readonly type: 'factors'; readonly factors: readonly number[] }
