import type { NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { Architecture } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'
import { attentionToShared, decodeLayer, type PastKeyValues } from './layer.ts'
import { capped, type KeyValues } from './layers/attention.ts'
import { type PlaceTensors, streamOf } from './places.ts'

/**
 * The forward pass of a decoder: from ids or embeddings and their positions to the residual stream after the last layer. Every
 * program that runs a model is built on it. RoPE tables and masks follow from the positions (places).
 *
 * Rows may share tokens that precede each of them: a prefix and a shared prompt. These run once, ahead of the rows in the same
 * residual stream, and all tokens of the rows see them.
 */

/** What a program needs to know about a model. */
export interface ModelShape {
  readonly architecture: Architecture
  readonly config: ModelConfig
}

/** The tokens of a pass and what precedes them. */
export interface PassTokens {
  /** Ids [batch · length], or embeddings [batch · length, d]. */
  readonly tokens: tf.Tensor
  /** Virtual tokens before every row, [m, d]. */
  readonly prefix?: tf.Tensor | undefined
  /** Ids of the prompt shared by all rows, after the prefix. */
  readonly sharedIds?: tf.Tensor | undefined
}

export interface ForwardInput extends ModelShape, PassTokens {
  readonly weights: NamedTensors
  /** Number of rows. */
  readonly batch: number
  readonly places: PlaceTensors
  /** Keys and values of earlier tokens by layer, from one or more sources. Cannot be combined with shared tokens. */
  readonly past?: readonly (readonly PastKeyValues[])[] | undefined
  /** Number of layers to run. Default: all. */
  readonly layers?: number
  /** Called with the residual stream after each layer, counted from 1, the shared tokens' rows first. */
  readonly afterLayer?: (layer: number, x: tf.Tensor) => void
  /** Called with each layer's attention to the shared tokens, [heads]: see {@link attentionToShared}. */
  readonly toShared?: (attention: tf.Tensor) => void
}

export interface Forward {
  /** The residual stream after the last layer, before the final normalization, [batch · length, d]. */
  readonly hidden: tf.Tensor
  /** Keys and values of the rows' tokens by layer, [kvHeads, batch, length, D]. */
  readonly keyValues: readonly KeyValues[]
}

/** Runs tokens through the layers. After the last layer, only the rows' own tokens are kept. */
export function forward(input: ForwardInput): Forward {
  const { config, batch, places, past, afterLayer, toShared, layers = config.layers } = input
  const keyValues: KeyValues[] = []
  const stream = streamOf(config, batch, places)
  let x = embedded(input, input.weights, input, places)
  for (let layer = 0; layer < layers; layer++) {
    toShared?.(attentionToShared(input, stream, layer, x))
    const output = decodeLayer(input, stream, layer, x, past?.[layer])
    x = output.x
    keyValues.push(output.keyValues)
    afterLayer?.(layer + 1, x)
  }
  return { hidden: stream.shared > 0 ? ownRows(x, batch * stream.length) : x, keyValues }
}

/**
 * One layer of {@link forward} as a function of the residual stream [S + batch · length, d], for a pass that keeps no keys and
 * values.
 */
export function forwardLayer(
  { batch, places, ...model }: Pick<ForwardInput, 'architecture' | 'config' | 'weights' | 'batch' | 'places'>,
  layer: number,
): (x: tf.Tensor) => tf.Tensor {
  return (x) => decodeLayer(model, streamOf(model.config, batch, places), layer, x).x
}

/** The residual stream before the first layer: prefix, shared prompt, rows; [S + batch · length, d]. */
export function embedded(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  { tokens, prefix, sharedIds }: PassTokens,
  { positions, sharedPositions }: Pick<PlaceTensors, 'positions' | 'sharedPositions'>,
): tf.Tensor {
  const embed = (ids: tf.Tensor) => architecture.embed(config, weights, ids)
  const own = tokens.dtype === 'int32' ? embed(tokens) : tokens
  const x = joined([prefix, sharedIds && embed(sharedIds), own]) as tf.Tensor
  return architecture.enter?.(config, weights, x, joined([sharedPositions, positions])) ?? x
}

/** Concatenates the tensors that are present. */
function joined(parts: readonly (tf.Tensor | undefined)[]): tf.Tensor | undefined {
  const there = parts.filter((part) => part !== undefined)
  return there.length > 1 ? tf.concat(there) : there[0]
}

/** The last `count` rows of a residual stream: the rows' own tokens, without the shared ones before them. */
export const ownRows = (x: tf.Tensor, count: number): tf.Tensor =>
  tf.slice(x, [(x.shape[0] as number) - count, 0], [count, -1])

/** Logits [n, V] of hidden states [n, d] after the last layer: normalized, projected, and capped if the model has a cap. */
export function outputLogits(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  hidden: tf.Tensor,
): tf.Tensor {
  const final = architecture.normalize(config, weights, hidden)
  const output = weights[architecture.outputWeight(config)] as tf.Tensor
  return capped(tf.matMul(final, output, false, true), config.logitCap)
}
