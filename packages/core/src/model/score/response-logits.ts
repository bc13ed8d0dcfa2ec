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

/** Feeds of a program that reads response positions. */
export type ResponseFeeds = PlaceFeeds & {
  /** Tokens of the rows, [batch · length]. */
  readonly ids: HostTensor
  /** Index in [batch · length] of the token before each target, and the target's id; [targets]. */
  readonly rows: HostTensor
  readonly labels: HostTensor
  /** [m, d]; absent if there is none. */
  readonly prefix?: HostTensor
  /** Tokens of the shared prompt; absent if there are none. */
  readonly sharedIds?: HostTensor
}

/** Feeds for a layout after a prefix. `sharedIds` are the prompt tokens that all rows share. */
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
 * Logits at the response positions of a batch, differentiable with respect to a prefix [m, d]. Prefix and shared prompt run once,
 * and the rows attend to them.
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
