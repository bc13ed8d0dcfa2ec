import type { NamedHostTensors, NamedTensors } from '../backend.ts'
import * as tf from '../tf.ts'
import type { Architecture } from './architecture.ts'
import { type BlockPlaces, causalBias, decode } from './decoder.ts'
import { rotaryTables } from './layers/rotary.ts'
import type { ModelConfig } from './model-config.ts'
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
  /** The common head's ids; absent where there is none. */
  readonly headIds?: tf.Tensor
}

/** Host tensors for a layout. `before` is the prefix's length; `headIds` the prompt tokens that all rows share. */
export function responseFeeds(
  config: ModelConfig,
  layout: RowLayout,
  { before, headIds }: { readonly before: number; readonly headIds: readonly number[] },
): NamedHostTensors {
  const { cos, sin } = rotaryTables(config, layout.positions)
  const table = (data: Float32Array) => ({ shape: [data.length / config.headSize, config.headSize], data })
  const sharedLength = before + headIds.length
  const shared = rotaryTables(
    config,
    Int32Array.from({ length: sharedLength }, (_, i) => i),
  )
  return {
    ids: layout.ids,
    cos: table(cos),
    sin: table(sin),
    bias: layout.bias,
    rows: layout.rows,
    labels: layout.labels,
    ...(sharedLength > 0 && { sharedCos: table(shared.cos), sharedSin: table(shared.sin) }),
    ...(headIds.length > 0 && { headIds: { shape: [headIds.length], data: Int32Array.from(headIds) } }),
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
export function responsePlaces({ shape, cos, sin, bias, sharedCos, sharedSin }: ResponseInputs): {
  readonly block: BlockPlaces
  readonly shared?: BlockPlaces
} {
  const block = { batch: shape.batch, length: shape.length, cos, sin, bias }
  if (!sharedCos || !sharedSin) return { block }
  const length = sharedCos.shape[0] as number
  return { block, shared: { batch: 1, length, cos: sharedCos, sin: sharedSin, bias: causalBias(length) } }
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
