import type { NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { Architecture } from './architectures/architecture.ts'
import type { LayerType, ModelConfig } from './config/model-config.ts'
import { attendRows, attention, type KeyValues, tokensFirst } from './layers/attention.ts'
import type { Stream } from './places.ts'

/** A model within a program. */
interface LayerModel {
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly weights: NamedTensors
}

/** Keys and values of earlier tokens, as an attention source. */
export interface PastKeyValues extends KeyValues {
  /** Positions of the tokens they belong to, [batch, length] float32; needed by layers with a window. */
  readonly positions?: tf.Tensor | undefined
  /** The source after it took in some of the pass's own tokens. */
  readonly including?: ((tokens: KeyValues) => KeyValues) | undefined
}

/** One layer of a forward pass. Returns the residual stream [S + batch · length, d], and keys and values of the rows' tokens. */
export function decodeLayer(
  { architecture, config, weights }: LayerModel,
  stream: Stream,
  layer: number,
  x: tf.Tensor,
  past?: readonly PastKeyValues[],
): { readonly x: tf.Tensor; readonly keyValues: KeyValues } {
  const { batch, length, shared } = stream
  const { cap } = config.attention
  const type = typeOf(config, layer)
  const mask = stream.mask(type)
  const heads = placedHeads(config, architecture.project(config, weights, layer, x), stream, type)
  const [front, own] = shared > 0 ? splitRows(heads, shared) : [undefined, heads]
  const tokens = headsFirst(config, own, batch, length)
  let attended: tf.Tensor
  if (front) {
    const before = headsFirst(config, front, 1, shared)
    const keys = tf.concat([spread(before.keys, batch), tokens.keys], 2)
    const values = tf.concat([spread(before.values, batch), tokens.values], 2)
    attended = tf.concat([
      attendSource(before, before, stream.sharedMask(type), cap),
      attendSource(tokens, { keys, values }, mask as tf.Tensor, cap),
    ])
  } else if (past || !mask) {
    const sources = (past ?? []).map((source) => ({
      ...(source.including?.(tokens) ?? source),
      mask: stream.pastMask(type, source.mask, source.positions),
    }))
    attended = attention(tokens.queries, [...sources, { ...tokens, mask }], cap)
  } else attended = attendSource(tokens, tokens, mask, cap)
  return {
    x: architecture.finishLayer(config, weights, layer, x, attended),
    keyValues: { keys: tokens.keys, values: tokens.values },
  }
}

const typeOf = ({ layerTypes }: ModelConfig, layer: number): LayerType => layerTypes[layer] as LayerType

/**
 * How much a layer's tokens attend to the shared ones, by head: the sum of their attention weights on them, averaged over the
 * tokens, [heads]. Computed by attending to values that are 1 for shared tokens and 0 elsewhere.
 */
export function attentionToShared(
  { architecture, config, weights }: LayerModel,
  stream: Stream,
  layer: number,
  x: tf.Tensor,
): tf.Tensor {
  const { batch, length, shared } = stream
  const type = typeOf(config, layer)
  const heads = placedHeads(config, architecture.project(config, weights, layer, x), stream, type)
  const [front, own] = splitRows(heads, shared)
  const before = headsFirst(config, front, 1, shared)
  const tokens = headsFirst(config, own, batch, length)
  const keys = tf.concat([spread(before.keys, batch), tokens.keys], 2)
  const values = tf.concat([tf.ones(spread(before.values, batch).shape), tf.zeros(tokens.values.shape)], 2)
  const attended = attendSource(
    tokens,
    { keys, values },
    stream.mask(type) as tf.Tensor,
    config.attention.cap,
  )
  const byHead = tf.reshape(attended, [batch * length, config.heads, config.headSize])
  return tf.mean(byHead, [0, 2])
}

interface Heads {
  readonly queries: tf.Tensor
  readonly keys: tf.Tensor
  readonly values: tf.Tensor
}

/** Splits [rows, heads · D] into [rows, heads, D] and applies positions to queries and keys. */
function placedHeads({ headSize }: ModelConfig, projected: Heads, stream: Stream, type: LayerType): Heads {
  const split = (x: tf.Tensor) => tf.reshape(x, [x.shape[0] as number, -1, headSize])
  return {
    queries: stream.queries(split(projected.queries), type),
    keys: stream.keys(split(projected.keys), type),
    values: split(projected.values),
  }
}

function splitRows({ queries, keys, values }: Heads, front: number): readonly [Heads, Heads] {
  const cut = (x: tf.Tensor) => tf.split(x, [front, (x.shape[0] as number) - front]) as [tf.Tensor, tf.Tensor]
  const [q, k, v] = [cut(queries), cut(keys), cut(values)]
  return [
    { queries: q[0], keys: k[0], values: v[0] },
    { queries: q[1], keys: k[1], values: v[1] },
  ]
}

/** [batch · length, heads, D] to queries [kvHeads, batch, group, length, D], keys and values [kvHeads, batch, length, D]. */
function headsFirst(
  { heads, keyValueHeads, headSize }: ModelConfig,
  { queries, keys, values }: Heads,
  batch: number,
  length: number,
): Heads {
  const group = heads / keyValueHeads
  const keyValueHead = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [batch, length, keyValueHeads, headSize]), [2, 0, 1, 3])
  return {
    queries: tf.transpose(
      tf.reshape(queries, [batch, length, keyValueHeads, group, headSize]),
      [2, 0, 3, 1, 4],
    ),
    keys: keyValueHead(keys),
    values: keyValueHead(values),
  }
}

/** Attention to one source of keys and values, as rows again: [batch · length, heads · D]. */
function attendSource(
  { queries }: Heads,
  { keys, values }: Pick<KeyValues, 'keys' | 'values'>,
  mask: tf.Tensor,
  cap: number | undefined,
): tf.Tensor {
  const [kvHeads, batch, group, length, size] = queries.shape as [number, number, number, number, number]
  const flat = tf.reshape(queries, [kvHeads, batch, group * length, size])
  return tokensFirst(attendRows(flat, keys, values, mask, cap), group, length)
}

/** Keys or values of the shared tokens, repeated for each row: [kvHeads, 1, S, D] to [kvHeads, batch, S, D]. */
function spread(x: tf.Tensor, batch: number): tf.Tensor {
  const [kvHeads, , length, size] = x.shape as [number, number, number, number]
  return tf.broadcastTo(x, [kvHeads, batch, length, size])
}
