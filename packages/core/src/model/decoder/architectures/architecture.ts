/**
 * Decoder architectures: what differs between model families. An `Architecture` says how a family's files name things and what
 * its layers compute. Most are a {@link decoder} whose configuration selects from a fixed set of ideas: llama.ts is the plain
 * one, gemma3.ts uses many.
 */

import type { NamedTensors } from '../../../backend/backend.ts'
import type { Tensor } from '../../../tf.ts'
import type { FieldRules } from '../config/field-rules.ts'
import type { ModelConfig } from '../config/model-config.ts'

/** A tensor that an architecture needs, and its names in files. */
export interface WeightSpec {
  /** Canonical name, as in the Hugging Face checkpoint. */
  readonly name: string
  /** Other names it has in checkpoints. */
  readonly otherNames?: readonly string[]
  /** Name in GGUF files. */
  readonly gguf: string
  readonly shape: readonly number[]
  readonly kind: 'embedding' | 'matrix' | 'bias' | 'norm'
  /** Added to the stored values wherever they are used. Fingerprints hash the sum. Default 0. */
  readonly offset?: number
  /** Whether the checkpoint stores the matrix transposed, as transformers' `Conv1D` does; GGUF does not. */
  readonly transposed?: boolean
  /** Reorders values from GGUF's order to the checkpoint's, in place; `rows` is shape[0]. */
  readonly fromGguf?: (values: Float32Array, rows: number) => void
}

/** Queries, keys and values of one layer before RoPE, each [rows, heads · headSize]. */
export interface Projections {
  readonly queries: Tensor
  readonly keys: Tensor
  readonly values: Tensor
}

/**
 * A family of decoders: how its files name things and what its layers compute. A new architecture is one file that exports one of
 * these. Tensors of the residual stream are [rows, d], rows = batch · length.
 */
export interface Architecture {
  readonly name: string
  /** `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** `general.architecture` in GGUF. */
  readonly ggufArchitectures: readonly string[]
  /** The rule for each field of config.json, for tests that cover all of them. */
  readonly configRules?: FieldRules
  /** Prefix of the canonical names of a layer's tensors, before its number. Default `model.layers.`. */
  readonly layerPrefix?: string
  /** Parses config.json. Throws `MALFORMED` for missing fields, `UNSUPPORTED` for unknown features. */
  parseConfig(json: Readonly<Record<string, unknown>>): ModelConfig
  /** Parses GGUF metadata; `tensors` are the names in the file (GGUF has no field for tied embeddings). */
  parseGguf(metadata: Readonly<Record<string, unknown>>, tensors: ReadonlySet<string>): ModelConfig
  weightSpecs(config: ModelConfig): readonly WeightSpec[]
  /**
   * Identifies what a layer computes. Layers with the same kind and the same weight names and shapes share one program. Absent:
   * each layer has its own programs, which takes longer to compile.
   */
  layerKind?(config: ModelConfig, layer: number): string
  /** Rows of the embedding matrix, with the model's scaling: ids [n] → [n, d]. */
  embed(config: ModelConfig, weights: NamedTensors, ids: Tensor): Tensor
  /**
   * Applied to all embeddings [rows, d], including the prefix's, before the first layer; positions [rows] if the model needs
   * them.
   */
  enter?(config: ModelConfig, weights: NamedTensors, x: Tensor, positions: Tensor | undefined): Tensor
  /** Normalizes and projects the input of a layer's attention. */
  project(config: ModelConfig, weights: NamedTensors, layer: number, x: Tensor): Projections
  /** Adds the attention's output [rows, heads · headSize] and then the feed-forward part to the stream. */
  finishLayer(config: ModelConfig, weights: NamedTensors, layer: number, x: Tensor, attended: Tensor): Tensor
  /** The final normalization. */
  normalize(config: ModelConfig, weights: NamedTensors, x: Tensor): Tensor
  /** Canonical name of the output projection [V, d]. */
  outputWeight(config: ModelConfig): string
}
