/**
 * What a decoder's arithmetic depends on, with one name per idea whatever the file format. Decoder families differ in a few
 * ideas, and each has its place here: where norms are, what a layer attends to and with which positions, what the feed-forward
 * part consists of, what is scaled and capped. An architecture's file says which ones its models use.
 */
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
  /** D: width of one head. */
  readonly headSize: number
  /** Number of key and value heads; divides `heads` (grouped-query attention). */
  readonly maxPositions: number
  /** Whether the output projection shares the embedding matrix. */
  readonly tiedEmbeddings: boolean
  readonly norm: Norm
  readonly residual: Residual
  readonly attention: Attention
  readonly feedForward: FeedForward
  /** Rotary position variants; layers refer to them by index. */
  readonly ropes: readonly Rope[]
  /** One per layer. */
  readonly layerTypes: readonly LayerType[]
  /** Whether a learned position vector is added to each embedding, the prefix's included (GPT-2). */
  readonly learnedPositions?: boolean
  readonly scales?: Scales
  /** c: logits become c · tanh(logits / c). */
  readonly logitCap?: number | undefined
}

/** Normalization: RMSNorm x / √(mean(x²) + ε) · w, or LayerNorm, which first subtracts the mean. */
export interface Norm {
  readonly kind: 'rms' | 'layer'
  /** ε */
  readonly epsilon: number
  /** Whether the stored weight is w − 1 (Gemma). */
  readonly plusOne?: boolean
  /** Whether a bias is added. */
  readonly bias?: boolean
}

/**
 * How a layer's attention A and feed-forward part F are added to the stream, with norms N:
 * - `before`: x + A(N(x)), then x + F(N(x)) (Llama)
 * - `after`: x + N(A(x)), then x + N(F(x)) (OLMo 2)
 * - `around`: x + N(A(N(x))), then x + N(F(N(x))) (Gemma 2)
 * - `parallel`: x + A(N(x)) + F(N(x)) with two norms (GPT-NeoX), `parallel of one norm` with one (Cohere)
 */
export type Residual = 'before' | 'after' | 'around' | 'parallel' | 'parallel of one norm'

export interface Attention {
  /** Logits are q · k times this. Default 1/√D. */
  readonly scale?: number | undefined
  /** c: logits become c · tanh(logits / c), before the mask. */
  readonly cap?: number | undefined
  /** Whether the query, key and value projections have a bias. */
  readonly bias: boolean
  /** Whether the output projection has a bias. */
  readonly outputBias: boolean
  /**
   * Queries, keys and values come from one matrix: `parts`, all queries, then all keys, then all values; `heads`, the three of
   * each head together, which requires as many key and value heads as query heads.
   */
  readonly fused?: 'parts' | 'heads' | undefined
  /**
   * Normalization of queries and keys: `head`, each head with one shared weight [D]; `heads`, each with its own [heads, D];
   * `all`, all heads as one [heads · D].
   */
  readonly queryKeyNorm?: 'head' | 'heads' | 'all' | undefined
}

export interface FeedForward {
  readonly activation: 'silu' | 'gelu' | 'gelu tanh' | 'relu'
  /** W₂ (a(W₁ x) ∘ W₃ x) instead of W₂ a(W₁ x); `fused`: W₁ and W₃ are one matrix. */
  readonly gated: boolean | 'fused'
  /** Whether the projections have a bias. */
  readonly bias: boolean
}

/** Rotary positions (Su et al. 2021): pair i of a head is rotated by position · θ^(−2i/size) / factorᵢ. */
export interface Rope {
  /** θ */
  readonly theta: number
  /** Number of rotated dimensions, from the head's start; even. */
  readonly size: number
  /** Whether a pair is side by side instead of half of `size` apart. */
  readonly interleaved?: boolean | undefined
  /** Divisors of the frequencies, [size / 2]. Default 1. */
  readonly factors?: readonly number[] | undefined
  /** Multiplier of cosine and sine (YaRN, LongRoPE). Default 1. */
  readonly magnitude?: number | undefined
}

/** How a layer's tokens attend to each other. */
export interface LayerType {
  /** Index of its rope. Absent: no positions. */
  readonly rope?: number | undefined
  /** w: a token sees itself and the w − 1 positions before it. Absent: all. */
  readonly window?: number | undefined
}

export interface Scales {
  /** Multiplies token embeddings, but not a prefix (Gemma). */
  readonly embedding?: number | undefined
  /** Multiplies everything that enters the first layer, including a prefix (Granite). */
  readonly stream?: number | undefined
  /** Multiplies what attention and feed-forward add to the stream. */
  readonly residual?: number | undefined
  /** Multiplies logits, before the cap. */
  readonly logits?: number | undefined
}

/** Whether positions matter other than through RoPE: learned positions, or windows. */
export const needsPositions = ({ learnedPositions = false, layerTypes }: ModelConfig): boolean =>
  learnedPositions || layerTypes.some(({ window }) => window !== undefined)
