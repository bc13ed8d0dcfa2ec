import type { HostTensor, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import { forward, type ModelShape } from '../decoder/forward.ts'
import { type PlaceFeeds, placeFeeds } from '../decoder/places.ts'
import type { Prefix } from '../language-model/language-model.ts'
import { sharedPlaces } from '../language-model/prefix.ts'
import type { InputsOf } from '../language-model/program-cache.ts'
import type { RowLayout } from './row-layout.ts'
import { type TokenLogits, tokenLogits } from './token-logps.ts'

/** What a program is fed that looks at response positions. */
export type ResponseFeeds = PlaceFeeds & {
  /** Tokens of the rows, [batch · length]. */
  readonly ids: HostTensor
  /** The token before each target, in [batch · length], and the target's id; [targets]. */
  readonly rows: HostTensor
  readonly labels: HostTensor
  /** [m, d]; absent where there is none. */
  readonly prefix?: HostTensor
  /** Tokens of the shared prompt; absent where there are none. */
  readonly sharedIds?: HostTensor
}

/** Host tensors for a layout behind a prefix. `sharedIds` are the prompt tokens that all rows share. */
export function responseFeeds(
  config: ModelConfig,
  { ids, rows, labels, positions, mask }: RowLayout,
  { prefix, sharedIds }: { readonly prefix: Prefix | undefined; readonly sharedIds: readonly number[] },
): ResponseFeeds {
  return {
    ...{ ids, rows, labels },
    ...placeFeeds(config, { positions, mask, shared: sharedPlaces(prefix, sharedIds.length) }),
    ...(sharedIds.length > 0 && {
      sharedIds: { shape: [sharedIds.length], data: Int32Array.from(sharedIds) },
    }),
    ...(prefix && { prefix: { shape: [prefix.length, config.hiddenSize], data: prefix.embeddings } }),
  }
}

/**
 * Logits at the response positions of a batch, with respect to which a prefix [m, d] is trained: prefix and shared prompt
 * run once, the rows see them.
 */
export function responseLogits(
  model: ModelShape,
  weights: NamedTensors,
  inputs: InputsOf<ResponseFeeds>,
  batch: number,
  prefix = inputs.prefix,
): TokenLogits {
  const { ids: tokens, sharedIds, rows } = inputs
  const { hidden } = forward({ ...model, weights, batch, places: inputs, tokens, prefix, sharedIds })
  return logitsAt(model, weights, hidden, rows)
}

/** Logits at the given rows of hidden states [batch · length, d] after the last layer. */
export function logitsAt(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  hidden: tf.Tensor,
  rows: tf.Tensor,
): TokenLogits {
  const final = architecture.normalize(config, weights, tf.gather(hidden, rows))
  return tokenLogits(final, weights[architecture.outputWeight(config)] as tf.Tensor, config.logitCap)
}
