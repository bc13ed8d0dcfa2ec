import type { NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { Architecture } from './families/architecture.ts'
import type { ModelConfig } from './families/model-config.ts'
import { attendRows, attention, type KeyValues, tokensFirst } from './layers/attention.ts'
import { MASKED } from './layers/masked.ts'
import { rotate } from './rotary.ts'

/** Where the tokens of a block stand and what they see of one another. */
export interface BlockPlaces {
  readonly batch: number
  readonly length: number
  /** RoPE tables of the tokens' positions, [batch · length, D]. */
  readonly cos: tf.Tensor
  readonly sin: tf.Tensor
  /** Which tokens of the block see which, [batch or 1, length, length]; absent for a single token. */
  readonly bias?: tf.Tensor
}

/** Where a block stands that is before every row. */
export interface SharedPlaces extends BlockPlaces {
  /** Added to the attention logits of the rows' tokens on it, [1, 1, length]; absent: nothing. */
  readonly seen?: tf.Tensor
}

/** A block of consecutive tokens that goes through the layers together. */
export interface TokenBlock extends BlockPlaces {
  /** Embeddings, [batch · length, d]. */
  readonly x: tf.Tensor
}

export interface DecodeInput {
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly weights: NamedTensors
  readonly block: TokenBlock
  /** A block of batch 1 that stands before every row and is seen by all of it: the prefix and a common head. */
  readonly shared?: TokenBlock & SharedPlaces
  /** Keys and values of what went before, by layer: one source or several. */
  readonly past?: readonly (readonly KeyValues[])[]
  /** Is shown the residual stream after each layer, counted from 1, with the shared block's rows in front. */
  readonly afterLayer?: (layer: number, x: tf.Tensor) => void
  /** Layers that are run. Default: all. */
  readonly layers?: number
}

export interface Decoded {
  /** The residual stream after the last layer, before the final normalization, [batch · length, d]. */
  readonly hidden: tf.Tensor
  /** Keys and values of the block's tokens by layer, [kvHeads, batch, length, D]. */
  readonly keyValues: readonly KeyValues[]
}

/**
 * Runs a block through every layer. A shared block runs in front of it in the same residual stream, so that what is the
 * same in every row is computed once; after the last layer only the block's own rows are left.
 */
export function decode(input: DecodeInput): Decoded {
  const { config, block, shared, past, afterLayer, layers = config.layers } = input
  const keyValues: KeyValues[] = []
  const stream = streamOf(input)
  let x = shared ? tf.concat([shared.x, block.x]) : block.x
  for (let layer = 0; layer < layers; layer++) {
    const output = decodeLayer(input, stream, layer, x, past?.[layer])
    x = output.x
    keyValues.push(output.keyValues)
    afterLayer?.(layer + 1, x)
  }
  return { hidden: shared ? ownRows(x, block) : x, keyValues }
}

/** What a layer has to know of the rows that it is given. */
export interface Places {
  readonly config: ModelConfig
  readonly block: BlockPlaces
  readonly shared?: SharedPlaces
}

/** What all layers of one pass are given. */
export interface Stream {
  /** RoPE tables of keys, [rows, D]: the shared rows, then the block's. */
  readonly cos: tf.Tensor
  readonly sin: tf.Tensor
  /** Those of queries, divided by √D: attention logits are q · k / √D. */
  readonly queryCos: tf.Tensor
  readonly querySin: tf.Tensor
  /** Which tokens each token of the block sees, [B or 1, length, shared length + length]; absent for single tokens. */
  readonly bias?: tf.Tensor
}

export function streamOf({ config, block, shared }: Places): Stream {
  const join = (part: 'cos' | 'sin') => (shared ? tf.concat([shared[part], block[part]]) : block[part])
  const [cos, sin] = [join('cos'), join('sin')]
  const scale = 1 / Math.sqrt(config.headSize)
  const bias = shared && block.bias ? seeingAll(block.bias, shared) : block.bias
  return {
    cos,
    sin,
    queryCos: tf.mul(cos, scale),
    querySin: tf.mul(sin, scale),
    ...(bias && { bias }),
  }
}

export interface LayerInput extends Places {
  readonly architecture: Architecture
  readonly weights: NamedTensors
}

/** One layer of {@link decode}: the residual stream [rows, d] and the block's keys and values. */
export function decodeLayer(
  { architecture, config, weights, block, shared }: LayerInput,
  stream: Stream,
  layer: number,
  x: tf.Tensor,
  past?: readonly KeyValues[],
): { readonly x: tf.Tensor; readonly keyValues: KeyValues } {
  const heads = rotatedHeads(config, architecture.project(config, weights, layer, x), stream)
  const [front, own] = shared ? splitRows(heads, shared.length) : [undefined, heads]
  const tokens = headsFirst(config, own, block)
  let attended: tf.Tensor
  if (front && shared) {
    const before = headsFirst(config, front, shared)
    const keys = tf.concat([spread(before.keys, block.batch), tokens.keys], 2)
    const values = tf.concat([spread(before.values, block.batch), tokens.values], 2)
    attended = tf.concat([
      attendSource(before, before, shared.bias as tf.Tensor),
      attendSource(tokens, { keys, values }, stream.bias as tf.Tensor),
    ])
  } else if (past || !stream.bias) {
    const source = { ...tokens, ...(stream.bias && { bias: stream.bias }) }
    attended = attention(tokens.queries, [...(past ?? []), source])
  } else attended = attendSource(tokens, tokens, stream.bias)
  return {
    x: architecture.finishLayer(config, weights, layer, x, attended),
    keyValues: { keys: tokens.keys, values: tokens.values },
  }
}

/**
 * What a layer's tokens attend to of the shared block, by head: the sum of their attention weights on it, averaged over
 * the tokens, [heads]. The block's values are put as 1 where they are the shared block's and 0 elsewhere.
 */
export function attentionTo(
  { architecture, config, weights, block, shared }: LayerInput & { readonly shared: SharedPlaces },
  stream: Stream,
  layer: number,
  x: tf.Tensor,
): tf.Tensor {
  const heads = rotatedHeads(config, architecture.project(config, weights, layer, x), stream)
  const [front, own] = splitRows(heads, shared.length)
  const before = headsFirst(config, front, shared)
  const tokens = headsFirst(config, own, block)
  const keys = tf.concat([spread(before.keys, block.batch), tokens.keys], 2)
  const values = tf.concat(
    [tf.ones(spread(before.values, block.batch).shape), tf.zeros(tokens.values.shape)],
    2,
  )
  const attended = attendSource(tokens, { keys, values }, stream.bias as tf.Tensor)
  const byHead = tf.reshape(attended, [block.batch * block.length, config.heads, config.headSize])
  return tf.mean(byHead, [0, 2])
}

interface Heads {
  readonly queries: tf.Tensor
  readonly keys: tf.Tensor
  readonly values: tf.Tensor
}

/** [rows, heads · D] to [rows, heads, D], with RoPE applied to queries and keys. */
function rotatedHeads({ headSize }: ModelConfig, projected: Heads, stream: Stream): Heads {
  const split = (x: tf.Tensor) => tf.reshape(x, [x.shape[0] as number, -1, headSize])
  return {
    queries: rotate(split(projected.queries), stream.queryCos, stream.querySin),
    keys: rotate(split(projected.keys), stream.cos, stream.sin),
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
  { batch, length }: BlockPlaces,
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

/** Attention to one set of keys and values, as rows again: [batch · length, heads · D]. */
function attendSource(
  { queries }: Heads,
  { keys, values }: Pick<KeyValues, 'keys' | 'values'>,
  bias: tf.Tensor,
): tf.Tensor {
  const [kvHeads, batch, group, length, size] = queries.shape as [number, number, number, number, number]
  const flat = tf.reshape(queries, [kvHeads, batch, group * length, size])
  return tokensFirst(attendRows(flat, keys, values, bias), group, length)
}

/** Keys or values of the shared block, once for each row: [kvHeads, 1, S, D] to [kvHeads, batch, S, D]. */
function spread(x: tf.Tensor, batch: number): tf.Tensor {
  const [kvHeads, , length, size] = x.shape as [number, number, number, number]
  return tf.broadcastTo(x, [kvHeads, batch, length, size])
}

/** A bias [B, T, T] with tokens before them that all see, [B, T, S + T]. */
function seeingAll(bias: tf.Tensor, { length, seen }: SharedPlaces): tf.Tensor {
  const shape = [...bias.shape.slice(0, 2), length]
  return tf.concat([seen ? tf.broadcastTo(seen, shape) : tf.zeros(shape), bias], 2)
}

/** The rows of the block alone, without the shared ones before them. */
export const ownRows = (x: tf.Tensor, { batch, length }: Pick<BlockPlaces, 'batch' | 'length'>): tf.Tensor =>
  tf.slice(x, [(x.shape[0] as number) - batch * length, 0], [batch * length, -1])

/** Causal bias among `length` tokens, [1, length, length], as a constant of the program. */
export function causalBias(length: number): tf.Tensor {
  const bias = new Float32Array(length * length)
  for (let i = 0; i < length; i++) bias.fill(MASKED, i * length + i + 1, (i + 1) * length)
  return tf.tensor(bias, [1, length, length])
}
