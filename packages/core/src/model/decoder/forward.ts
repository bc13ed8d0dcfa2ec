/**
 * The forward pass of a decoder: from ids or embeddings, and where they stand, to the residual stream after the last layer.
 * Every program that runs a model is built of it. RoPE tables and masks follow from the positions: {@link placeFeeds} makes
 * what is fed of them, {@link forward} takes it.
 *
 * Rows may have tokens in common that stand before each of them, a prefix and a shared prompt. These run once, in front of
 * the rows in the same residual stream, and all tokens of the rows see them.
 */

import type { HostTensor, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { Architecture } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'
import { attentionToShared, decodeLayer, type Stream } from './layer.ts'
import type { KeyValues } from './layers/attention.ts'
import { causalMask, MASKED } from './layers/mask.ts'
import { rotaryTables } from './rotary.ts'

/** What a program needs to know of a model. */
export interface ModelShape {
  readonly architecture: Architecture
  readonly config: ModelConfig
}

/** Where the tokens of a pass stand. */
export interface Places {
  /** Position of each token, [batch · length]. */
  readonly positions: ArrayLike<number>
  /** Which tokens see which, [batch, length, length]. Absent: each sees itself and those before it in its row. */
  readonly mask?: HostTensor
  readonly shared?: SharedPlaces
}

/** Where the tokens stand that are before every row. */
export interface SharedPlaces {
  /** [S]; there may be none. */
  readonly positions: ArrayLike<number>
  /** Which of them see which, [1, S, S]. Absent: each sees itself and those before it. */
  readonly mask?: HostTensor | undefined
  /** Added to the attention logits of the rows' tokens on them, [1, 1, S]. Absent: nothing. */
  readonly logWeights?: HostTensor | undefined
}

/** What {@link forward} is fed for the places of its tokens. */
export type PlaceFeeds = PlacesOf<HostTensor>

/** The same within a program. */
export type PlaceTensors = PlacesOf<tf.Tensor>

type PlacesOf<Tensor> = {
  /** RoPE tables of the tokens, [batch · length, D]. */
  readonly cos: Tensor
  readonly sin: Tensor
  readonly mask?: Tensor
  /** Those of the shared tokens, [S, D]; absent where there are none. */
  readonly sharedCos?: Tensor
  readonly sharedSin?: Tensor
  readonly sharedMask?: Tensor
  readonly sharedLogWeights?: Tensor
}

/** What is fed for the places of tokens. */
export function placeFeeds(config: ModelConfig, { positions, mask, shared }: Places): PlaceFeeds {
  const own = tablesAt(config, positions)
  const front = shared && shared.positions.length > 0 ? tablesAt(config, shared.positions) : undefined
  return {
    ...own,
    ...(mask && { mask }),
    ...(front && { sharedCos: front.cos, sharedSin: front.sin }),
    ...(shared?.mask && { sharedMask: shared.mask }),
    ...(shared?.logWeights && { sharedLogWeights: shared.logWeights }),
  }
}

/** Feeds that {@link placeFeeds} made, apart from those beside them. */
export function withoutPlaces<Feeds extends PlaceFeeds>(
  feeds: Feeds,
): [PlaceFeeds, Omit<Feeds, keyof PlaceFeeds>] {
  const { cos, sin, mask, sharedCos, sharedSin, sharedMask, sharedLogWeights, ...others } = feeds
  const places = {
    ...{ cos, sin },
    ...(mask && { mask }),
    ...(sharedCos && { sharedCos }),
    ...(sharedSin && { sharedSin }),
    ...(sharedMask && { sharedMask }),
    ...(sharedLogWeights && { sharedLogWeights }),
  }
  return [places, others]
}

/** RoPE tables of positions 0 to `count` − 1, as weights of programs that learn positions only when they run. */
export function rotaryWeights(
  config: ModelConfig,
  count: number,
): Record<'rotary.cos' | 'rotary.sin', HostTensor> {
  const { cos, sin } = tablesAt(
    config,
    Array.from({ length: count }, (_, i) => i),
  )
  return { 'rotary.cos': cos, 'rotary.sin': sin }
}

/** The places of one row of tokens, which see one another by position, at positions [length] that are an input. */
export function placesAt(weights: NamedTensors, positions: tf.Tensor, offset: number): PlaceTensors {
  const at = tf.add(positions, tf.scalar(offset, 'int32'))
  const later = tf.greater(tf.expandDims(positions, 0), tf.expandDims(positions, 1))
  return {
    cos: tf.gather(weights['rotary.cos'] as tf.Tensor, at),
    sin: tf.gather(weights['rotary.sin'] as tf.Tensor, at),
    mask: tf.expandDims(tf.mul(tf.cast(later, 'float32'), MASKED), 0),
  }
}

function tablesAt(config: ModelConfig, positions: ArrayLike<number>): Record<'cos' | 'sin', HostTensor> {
  const { cos, sin } = rotaryTables(config, positions)
  const shape = [positions.length, config.headSize]
  return { cos: { shape, data: cos }, sin: { shape, data: sin } }
}

/** The tokens of a pass and what is before them. */
export interface PassTokens {
  /** Ids [batch · length], or embeddings [batch · length, d]. */
  readonly tokens: tf.Tensor
  /** Virtual tokens before every row, [m, d]. */
  readonly prefix?: tf.Tensor | undefined
  /** Ids of the prompt that all rows share, after the prefix. */
  readonly sharedIds?: tf.Tensor | undefined
}

export interface ForwardInput extends ModelShape, PassTokens {
  readonly weights: NamedTensors
  /** Rows. */
  readonly batch: number
  readonly places: PlaceTensors
  /** Keys and values of what went before, by layer: one source or several. Not together with shared tokens. */
  readonly past?: readonly (readonly KeyValues[])[] | undefined
  /** Layers that are run. Default: all. */
  readonly layers?: number
  /** Is shown the residual stream after each layer, counted from 1, with the shared tokens' rows in front. */
  readonly afterLayer?: (layer: number, x: tf.Tensor) => void
  /** Is shown what each layer's tokens attend to of the shared ones, [heads]: see {@link attentionToShared}. */
  readonly toShared?: (attention: tf.Tensor) => void
}

export interface Forward {
  /** The residual stream after the last layer, before the final normalization, [batch · length, d]. */
  readonly hidden: tf.Tensor
  /** Keys and values of the rows' tokens by layer, [kvHeads, batch, length, D]. */
  readonly keyValues: readonly KeyValues[]
}

/** Runs tokens through the layers. After the last one only the rows' own tokens are left. */
export function forward(input: ForwardInput): Forward {
  const { config, batch, places, past, afterLayer, toShared, layers = config.layers } = input
  const keyValues: KeyValues[] = []
  const parts = embeddings(input, input.weights, input)
  const stream = streamOf(config, batch, places)
  let x = joined(parts)
  for (let layer = 0; layer < layers; layer++) {
    toShared?.(attentionToShared(input, stream, layer, x))
    const output = decodeLayer(input, stream, layer, x, past?.[layer])
    x = output.x
    keyValues.push(output.keyValues)
    afterLayer?.(layer + 1, x)
  }
  return { hidden: stream.shared > 0 ? ownRows(x, batch * stream.length) : x, keyValues }
}

/** One layer of {@link forward} as a function of the residual stream [S + batch · length, d], for a pass that keeps nothing. */
export function forwardLayer(
  { batch, places, ...model }: Pick<ForwardInput, 'architecture' | 'config' | 'weights' | 'batch' | 'places'>,
  layer: number,
): (x: tf.Tensor) => tf.Tensor {
  return (x) => decodeLayer(model, streamOf(model.config, batch, places), layer, x).x
}

/** The residual stream before the first layer: prefix, shared prompt, rows; [S + batch · length, d]. */
export const embedded = (model: ModelShape, weights: NamedTensors, tokens: PassTokens): tf.Tensor =>
  joined(embeddings(model, weights, tokens))

function embeddings(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  { tokens, prefix, sharedIds }: PassTokens,
): readonly tf.Tensor[] {
  const embed = (ids: tf.Tensor) => architecture.embed(config, weights, ids)
  const own = tokens.dtype === 'int32' ? embed(tokens) : tokens
  const prompt = sharedIds && embed(sharedIds)
  const front = prefix && prompt ? tf.concat([prefix, prompt]) : (prefix ?? prompt)
  return front ? [front, own] : [own]
}

const joined = (parts: readonly tf.Tensor[]): tf.Tensor =>
  parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat([...parts])

/** The last `count` rows of a residual stream: the rows' own tokens, without the shared ones before them. */
export const ownRows = (x: tf.Tensor, count: number): tf.Tensor =>
  tf.slice(x, [(x.shape[0] as number) - count, 0], [count, -1])

function streamOf(config: ModelConfig, batch: number, places: PlaceTensors): Stream {
  const { cos, sin, sharedCos, sharedSin, sharedMask, sharedLogWeights } = places
  const length = (cos.shape[0] as number) / batch
  const shared = sharedCos?.shape[0] ?? 0
  // A single token has nothing to be kept from seeing.
  const own = places.mask ?? (length > 1 || shared > 0 ? causal(length) : undefined)
  const front = shared > 0 ? (sharedMask ?? causal(shared)) : undefined
  const allCos = sharedCos ? tf.concat([sharedCos, cos]) : cos
  const allSin = sharedSin ? tf.concat([sharedSin, sin]) : sin
  const scale = 1 / Math.sqrt(config.headSize)
  const mask = own && shared > 0 ? seeingShared(own, shared, sharedLogWeights) : own
  return {
    ...{ batch, length, shared },
    cos: allCos,
    sin: allSin,
    queryCos: tf.mul(allCos, scale),
    querySin: tf.mul(allSin, scale),
    mask,
    sharedMask: front,
  }
}

const causal = (length: number): tf.Tensor => tf.tensor(causalMask(length), [1, length, length])

/** A mask [B, T, T] with tokens before them that all see, [B, T, S + T]. */
function seeingShared(mask: tf.Tensor, shared: number, logWeights: tf.Tensor | undefined): tf.Tensor {
  const shape = [...mask.shape.slice(0, 2), shared]
  return tf.concat([logWeights ? tf.broadcastTo(logWeights, shape) : tf.zeros(shape), mask], 2)
}
