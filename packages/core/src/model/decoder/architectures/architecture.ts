/**
 * Architectures of decoders: what of a model differs from family to family. An `Architecture` says what a family's files are
 * called and what its layers compute. Most are a {@link decoder} whose configuration says which of the known ideas it takes:
 * llama.ts is the plain one, gemma3.ts takes many.
 */

import type { NamedTensors } from '../../../backend/backend.ts'
import type { Tensor } from '../../../tf.ts'
import type { FieldRules } from '../config/field-rules.ts'
import type { ModelConfig } from '../config/model-config.ts'

/** One tensor that an architecture needs, and where files keep it. */
export interface WeightSpec {
  /** Canonical name: the one in the Hugging Face checkpoint. */
  readonly name: string
  /** Other names that checkpoints have for it. */
  readonly otherNames?: readonly string[]
  /** Name in GGUF files. */
  readonly gguf: string
  readonly shape: readonly number[]
  readonly kind: 'embedding' | 'matrix' | 'bias' | 'norm'
  /** What the arithmetic adds to the values; what tells models apart is the sum. Absent: 0. */
  readonly offset?: number
  /** The checkpoint has the matrix transposed, as transformers' `Conv1D`; GGUF has not. */
  readonly transposed?: boolean
  /** Turns the values as GGUF stores them into the checkpoint's order, in place; `rows` is shape[0]. */
  readonly fromGguf?: (values: Float32Array, rows: number) => void
}

/** Queries, keys and values of one layer before RoPE, each [rows, heads · headSize]. */
export interface Projections {
  readonly queries: Tensor
  readonly keys: Tensor
  readonly values: Tensor
}

/**
 * A family of decoders: what its files are called and what its layers compute. A new architecture is one file
 * that exports one of these. Every tensor of the residual stream is [rows, d], rows = batch · length.
 */
export interface Architecture {
  readonly name: string
  /** `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** `general.architecture` in GGUF. */
  readonly ggufArchitectures: readonly string[]
  /** What becomes of each field of config.json, for tests that go over all of them. */
  readonly configRules?: FieldRules
  /** What the canonical names of a layer's tensors begin with, before its number. Default `model.layers.`. */
  readonly layerPrefix?: string
  /** Reads a parsed config.json. Throws `MALFORMED` for absent fields, `UNSUPPORTED` for unknown features. */
  parseConfig(json: Readonly<Record<string, unknown>>): ModelConfig
  /** Reads GGUF metadata; `tensors` are the names in the file (GGUF has no field for tied embeddings). */
  parseGguf(metadata: Readonly<Record<string, unknown>>, tensors: ReadonlySet<string>): ModelConfig
  weightSpecs(config: ModelConfig): readonly WeightSpec[]
  /**
   * Names what a layer computes: layers of one name, with weights of the same names and shapes, compute the same, so that
   * one program serves them. Absent: each layer has programs of its own, which takes longer to compile.
   */
  layerKind?(config: ModelConfig, layer: number): string
  /** Rows of the embedding matrix, scaled as the model scales them: ids [n] → [n, d]. */
  embed(config: ModelConfig, weights: NamedTensors, ids: Tensor): Tensor
  /** What is done to all embeddings [rows, d], the prefix's too, before the first layer; positions [rows] where there are any. */
  enter?(config: ModelConfig, weights: NamedTensors, x: Tensor, positions: Tensor | undefined): Tensor
  /** Normalizes and projects the input of a layer's attention. */
  project(config: ModelConfig, weights: NamedTensors, layer: number, x: Tensor): Projections
  /** Adds the attention's output [rows, heads · headSize] and then the feed-forward part to the stream. */
  finishLayer(config: ModelConfig, weights: NamedTensors, layer: number, x: Tensor, attended: Tensor): Tensor
  /** The final normalization. */
  normalize(config: ModelConfig, weights: NamedTensors, x: Tensor): Tensor
  /** Canonical name of the output projection's matrix [V, d]. */
  outputWeight(config: ModelConfig): string
}
