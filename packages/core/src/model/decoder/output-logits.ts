import type { NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { ModelShape } from './forward.ts'
import { capped } from './layers/attention.ts'

/** Logits [n, V] of hidden states [n, d] after the last layer: normalized, projected, capped where the model caps them. */
export function outputLogits(
  { architecture, config }: ModelShape,
  weights: NamedTensors,
  hidden: tf.Tensor,
): tf.Tensor {
  const final = architecture.normalize(config, weights, hidden)
  const output = weights[architecture.outputWeight(config)] as tf.Tensor
  return capped(tf.matMul(final, output, false, true), config.logitCap)
}
