/**
 * What a decoder's arithmetic needs to know, under one name per idea whatever file it came from. Families of decoders differ in
 * few ideas, and each has its place here: where normalization stands, what a layer sees and by which positions, what a feed-forward
 * part is made of, by what is scaled and capped. An architecture's file says which of them its models take.
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
  /** Context length in tokens, prefix included. */
  readonly maxPositions: number
  /** Whether the output projection is the embedding matrix. */
  readonly tiedEmbeddings: boolean
  readonly norm: Norm
  readonly residual: Residual
  readonly attention: Attention
  readonly feedForward: FeedForward
  /** Kinds of rotary positions; layers name theirs by its place here. */
  readonly ropes: readonly Rope[]
  /** One for each layer. */
  readonly layerTypes: readonly LayerType[]
  /** Whether a learned vector for its position is added to each token's embedding, the prefix's included (GPT-2). */
  readonly learnedPositions?: boolean
  readonly scales?: Scales
  /** c: logits become c · tanh(logits / c). */
  readonly logitCap?: number | undefined
}

/** Normalization: RMSNorm x / √(mean(x²) + ε) · w, or LayerNorm, which subtracts the mean before. */
export interface Norm {
  readonly kind: 'rms' | 'layer'
  /** ε */
  readonly epsilon: number
  /** The weight that is stored is w − 1 (Gemma). */
  readonly plusOne?: boolean
  /** A bias is added. */
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
  /** Logits are q · k times this; absent: 1/√D. */
  readonly scale?: number | undefined
  /** c: logits become c · tanh(logits / c), before the mask. */
  readonly cap?: number | undefined
  /** Whether the query, key and value projections have a bias. */
  readonly bias: boolean
  /** Whether the output projection has a bias. */
  readonly outputBias: boolean
  /**
   * Queries, keys and values come from one matrix: `parts`, all queries, all keys, all values; `heads`, the three of each
   * head in turn, of as many key and value heads as query heads.
   */
  readonly fused?: 'parts' | 'heads' | undefined
  /** Queries and keys are normalized: each head by one weight [D], or by its own [heads, D]; or all heads as one, [heads · D]. */
  readonly queryKeyNorm?: 'head' | 'heads' | 'all' | undefined
}

export interface FeedForward {
  readonly activation: 'silu' | 'gelu' | 'gelu tanh' | 'relu'
  /** W₂ (a(W₁ x) ∘ W₃ x) instead of W₂ a(W₁ x); `fused`: W₁ and W₃ are one matrix. */
  readonly gated: boolean | 'fused'
  /** Whether its projections have a bias. */
  readonly bias: boolean
}

/** Rotary positions (Su et al. 2021): pair i of a head turns by position · θ^(−2i/size) / factorᵢ. */
export interface Rope {
  /** θ */
  readonly theta: number
  /** How many numbers of a head turn, from its start; even. */
  readonly size: number
  /** A pair stands side by side, instead of half of `size` apart. */
  readonly interleaved?: boolean | undefined
  /** What each frequency is divided by, [size / 2]. Absent: 1. */
  readonly factors?: readonly number[] | undefined
  /** What cosine and sine are multiplied by (YaRN, LongRoPE). Absent: 1. */
  readonly magnitude?: number | undefined
}

/** What a layer's tokens see of one another. */
export interface LayerType {
  /** Which of the ropes; absent: positions do not enter. */
  readonly rope?: number | undefined
  /** w: a token sees itself and the w − 1 positions before it. Absent: all. */
  readonly window?: number | undefined
}

export interface Scales {
  /** Embeddings of tokens, but not a prefix, are multiplied by this (Gemma). */
  readonly embedding?: number | undefined
  /** All that enters the first layer is, a prefix too (Granite). */
  readonly stream?: number | undefined
  /** What attention and feed-forward part add to the stream is. */
  readonly residual?: number | undefined
  /** Logits are, before they are capped. */
  readonly logits?: number | undefined
}

/** Whether what a token sees, or what it is, depends on its position other than by RoPE. */
export const needsPositions = ({ learnedPositions = false, layerTypes }: ModelConfig): boolean =>
  learnedPositions || layerTypes.some(({ window }) => window !== undefined)
