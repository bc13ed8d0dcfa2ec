import type { NamedHostTensors, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { type BlockPlaces, causalBias, decode, type SharedPlaces } from '../decoder/decoder.ts'
import type { Architecture } from '../decoder/families/architecture.ts'
import type { ModelConfig } from '../decoder/families/model-config.ts'
import { rotaryTables } from '../decoder/rotary.ts'
import type { Prefix } from '../language-model/language-model.ts'
import { frontBias, frontPositions, prefixBias } from '../language-model/prefix.ts'
import type { LayoutShape, RowLayout } from './row-layout.ts'
import { type TokenLogits, tokenLogits } from './token-logps.ts'

/** What a program that looks at response positions is fed, besides the prefix. */
export interface ResponseInputs {
  readonly shape: LayoutShape
  readonly ids: tf.Tensor
  readonly cos: tf.Tensor
  readonly sin: tf.Tensor
  readonly bias: tf.Tensor
  readonly rows: tf.Tensor
  /** RoPE tables of prefix and common head; absent where there is neither. */
  readonly sharedCos?: tf.Tensor
  readonly sharedSin?: tf.Tensor
  /** What these see of one another, [1, S, S], and what tokens add to see them, [1, 1, S]; of a prefix with parts. */
  readonly sharedBias?: tf.Tensor
  readonly sharedSeen?: tf.Tensor
  /** The common head's ids; absent where there is none. */
  readonly headIds?: tf.Tensor
}

/** Host tensors for a layout behind a prefix. `headIds` are the prompt tokens that all rows share. */
export function responseFeeds(
  config: ModelConfig,
  layout: RowLayout,
  { prefix, headIds }: { readonly prefix: Prefix | undefined; readonly headIds: readonly number[] },
): NamedHostTensors {
  const { cos, sin } = rotaryTables(config, layout.positions)
  const table = (data: Float32Array) => ({ shape: [data.length / config.headSize, config.headSize], data })
  const places = frontPositions(prefix, headIds.length)
  const shared = rotaryTables(config, places)
  return {
    ids: layout.ids,
    cos: table(cos),
    sin: table(sin),
    bias: layout.bias,
    rows: layout.rows,
    labels: layout.labels,
    ...(places.length > 0 && { sharedCos: table(shared.cos), sharedSin: table(shared.sin) }),
    ...(headIds.length > 0 && { headIds: { shape: [headIds.length], data: Int32Array.from(headIds) } }),
    ...(prefix && {
      prefix: { shape: [prefix.length, config.hiddenSize], data: prefix.embeddings },
      ...(prefix.parts && partFeeds(prefix, headIds.length)),
    }),
  }
}

function partFeeds(prefix: Prefix, head: number): NamedHostTensors {
  const size = prefix.length + head
  const seen = new Float32Array(size)
  seen.set(prefixBias(prefix))
  return {
    sharedBias: { shape: [1, size, size], data: frontBias(prefix, head) },
    sharedSeen: { shape: [1, 1, size], data: seen },
  }
}

/** Picks the inputs that {@link responseFeeds} names out of a program's. */
export function responseInputs(inputs: NamedTensors, shape: LayoutShape): ResponseInputs {
  return { ...(inputs as unknown as Omit<ResponseInputs, 'shape'>), shape }
}

/** What the model's programs need to know of it. */
export interface ModelShape {
  readonly architecture: Architecture
  readonly config: ModelConfig
}

/**
 * Logits at the response positions of a batch, with respect to which a prefix is trained: the prefix [m, d] and
 * the common head run once as a shared block, the rows attend to it.
 */
export function responseLogits(
  model: ModelShape,
  weights: NamedTensors,
  inputs: ResponseInputs,
  prefix: tf.Tensor | undefined,
): TokenLogits {
  const { block, shared } = responsePlaces(inputs)
  const x = embed(model, weights, inputs.ids)
  const front = frontEmbedding(model, weights, inputs, prefix)
  const { hidden } = decode({
    ...model,
    weights,
    block: { ...block, x },
    ...(shared && front && { shared: { ...shared, x: front } }),
  })
  return logitsAt(model, weights, hidden, inputs.rows)
}

/** The residual stream before the first layer: prefix, common head, rows; [shared + batch · length, d]. */
export function responseEmbedding(
  model: ModelShape,
  weights: NamedTensors,
  inputs: ResponseInputs,
  prefix: tf.Tensor | undefined,
): tf.Tensor {
  const own = embed(model, weights, inputs.ids)
  const front = frontEmbedding(model, weights, inputs, prefix)
  return front ? tf.concat([front, own]) : own
}

/** Logits at the given rows of a block's hidden states [batch · length, d] after the last layer. */
export function logitsAt(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  hidden: tf.Tensor,
  rows: tf.Tensor,
): TokenLogits {
  const final = architecture.normalize(config, weights, tf.gather(hidden, rows))
  return tokenLogits(final, weights[architecture.outputWeight(config)] as tf.Tensor)
}

/** Where the rows stand, and prefix and common head before them. */
export function responsePlaces({ shape, cos, sin, bias, ...front }: ResponseInputs): {
  readonly block: BlockPlaces
  readonly shared?: SharedPlaces
} {
  const block = { batch: shape.batch, length: shape.length, cos, sin, bias }
  const { sharedCos, sharedSin, sharedBias, sharedSeen } = front
  if (!sharedCos || !sharedSin) return { block }
  const length = sharedCos.shape[0] as number
  const places = { batch: 1, length, cos: sharedCos, sin: sharedSin, bias: sharedBias ?? causalBias(length) }
  return { block, shared: { ...places, ...(sharedSeen && { seen: sharedSeen }) } }
}

function embed({ architecture, config }: ModelShape, weights: NamedTensors, ids: tf.Tensor): tf.Tensor {
  return architecture.embed(config, weights, ids)
}

/** Prefix and common head; undefined where there is neither. */
function frontEmbedding(
  model: ModelShape,
  weights: NamedTensors,
  { headIds }: ResponseInputs,
  prefix: tf.Tensor | undefined,
): tf.Tensor | undefined {
  const head = headIds && embed(model, weights, headIds)
  return prefix && head ? tf.concat([prefix, head]) : (prefix ?? head)
}
