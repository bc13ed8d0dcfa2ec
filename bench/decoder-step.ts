// core registers the gradients of tfjs operations.
import '@policypatch/core'
import type { NamedTensors, TensorProgram } from '@policypatch/core/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { StepShape, WeightLayout } from './step-shape.ts'

/**
 * The arithmetic of one SFT step in plain tfjs operations without custom gradients, to measure tracing and compiling separately
 * from the trainer: the prefix as a stream of its own, cross-entropy of the responses, and the gradient with respect to the
 * prefix.
 */
export function decoderStep(shape: StepShape, layout: WeightLayout): TensorProgram {
  return (inputs, weights) => {
    const step = (prefix: tf.Tensor) => loss(shape, layout, prefix, inputs, weights)
    const { value, grad } = tf.valueAndGrad(step)(inputs.prefix as tf.Tensor)
    return { loss: value, gradient: grad }
  }
}

const normalize = (x: tf.Tensor, weight: tf.Tensor) =>
  tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), weight)

function rotate(x: tf.Tensor, [cos, sin]: readonly [tf.Tensor, tf.Tensor]): tf.Tensor {
  const half = (x.shape[3] ?? 0) / 2
  const first = tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, half])
  const second = tf.slice(x, [0, 0, 0, half], [-1, -1, -1, half])
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], 3), sin))
}

function rotations(size: number, start: number, length: number): readonly [tf.Tensor, tf.Tensor] {
  const angles = Array.from({ length: length * size }, (_, index) => {
    const frequency = 10000 ** ((-2 * (index % (size / 2))) / size)
    return frequency * (start + Math.floor(index / size))
  })
  const table = (wave: (angle: number) => number) => tf.tensor(angles.map(wave), [1, 1, length, size])
  return [table(Math.cos), table(Math.sin)]
}

function causalBias(length: number): tf.Tensor {
  const bias = new Float32Array(length * length)
  for (let row = 0; row < length; row++) bias.fill(-1e9, row * length + row + 1, (row + 1) * length)
  return tf.tensor(bias, [1, 1, 1, length, length])
}

function loss(
  shape: StepShape,
  layout: WeightLayout,
  prefix: tf.Tensor,
  inputs: NamedTensors,
  weights: NamedTensors,
): tf.Tensor {
  const { layers, width, heads, keyValueHeads, batch, length, prefixLength: m, responseLength } = shape
  const size = width / heads
  const group = heads / keyValueHeads
  const embeddings = weights.embeddings as tf.Tensor2D
  const [prefixRotation, tokenRotation] = [rotations(size, 0, m), rotations(size, m, length)]
  const [prefixBias, tokenBias] = [causalBias(m), causalBias(length)]
  let p = tf.reshape(prefix, [1, m, width])
  let x = tf.gather(embeddings, inputs.ids as tf.Tensor2D)

  for (let layer = 0; layer < layers; layer++) {
    const weight = (name: string) => weights[`${layer}.${name}`] as tf.Tensor
    const linear = (h: tf.Tensor, name: string) => {
      const outer = h.shape.slice(0, -1)
      const product = tf.matMul(
        tf.reshape(h, [-1, h.shape.at(-1) ?? 0]),
        weight(name),
        false,
        layout === 'out-in',
      )
      return tf.reshape(product, [...outer, product.shape[1] ?? 0])
    }
    const split = (h: tf.Tensor, count: number) => {
      const [rows = 0, columns = 0] = h.shape
      return tf.transpose(tf.reshape(h, [rows, columns, count, size]), [0, 2, 1, 3])
    }
    const merge = (h: tf.Tensor) => {
      const [rows = 0, , columns = 0] = h.shape
      return tf.reshape(tf.transpose(h, [0, 2, 1, 3]), [rows, columns, width])
    }
    const gated = (h: tf.Tensor) => {
      const gate = linear(h, 'gate')
      return linear(tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(h, 'up')), 'down')
    }
    const query = (h: tf.Tensor, rotation: readonly [tf.Tensor, tf.Tensor]) =>
      tf.mul(rotate(split(linear(h, 'query'), heads), rotation), 1 / Math.sqrt(size))
    const key = (h: tf.Tensor, rotation: readonly [tf.Tensor, tf.Tensor]) =>
      rotate(split(linear(h, 'key'), keyValueHeads), rotation)
    const value = (h: tf.Tensor) => split(linear(h, 'value'), keyValueHeads)

    const hp = normalize(p, weight('attentionNorm'))
    const hx = normalize(x, weight('attentionNorm'))
    const [kp, vp, kx, vx] = [key(hp, prefixRotation), value(hp), key(hx, tokenRotation), value(hx)]
    const q = tf.reshape(query(hx, tokenRotation), [batch, keyValueHeads, group * length, size])
    // All rows of the batch attend to one copy of the prefix, so its products treat the batch as rows.
    const rowsOf = (h: tf.Tensor, last: number) =>
      tf.reshape(tf.transpose(tf.reshape(h, [batch, keyValueHeads, group * length, last]), [1, 0, 2, 3]), [
        keyValueHeads,
        batch * group * length,
        last,
      ])
    const batchOf = (h: tf.Tensor, last: number) =>
      tf.transpose(tf.reshape(h, [keyValueHeads, batch, group * length, last]), [1, 0, 2, 3])
    const scoresOfPrefix = tf.matMul(rowsOf(q, size), tf.reshape(kp, [keyValueHeads, m, size]), false, true)
    const scoresOfTokens = tf.matMul(q, kx, false, true)
    const attention = tf.softmax(
      tf.concat(
        [
          tf.reshape(batchOf(scoresOfPrefix, m), [batch, keyValueHeads, group, length, m]),
          tf.add(tf.reshape(scoresOfTokens, [batch, keyValueHeads, group, length, length]), tokenBias),
        ],
        4,
      ),
    )
    const [toPrefix, toTokens] = tf.split(attention, [m, length], 4) as [tf.Tensor, tf.Tensor]
    const fromTokens = tf.matMul(tf.reshape(toTokens, [batch, keyValueHeads, group * length, length]), vx)
    const fromPrefix = batchOf(tf.matMul(rowsOf(toPrefix, m), tf.reshape(vp, [keyValueHeads, m, size])), size)
    const mixed = tf.reshape(tf.add(fromTokens, fromPrefix), [batch, heads, length, size])
    x = tf.add(x, linear(merge(mixed), 'output'))
    x = tf.add(x, gated(normalize(x, weight('mlpNorm'))))
    if (layer === layers - 1) break

    const qp = tf.reshape(query(hp, prefixRotation), [1, keyValueHeads, group * m, size])
    const scores = tf.add(
      tf.reshape(tf.matMul(qp, kp, false, true), [1, keyValueHeads, group, m, m]),
      prefixBias,
    )
    const mixedPrefix = tf.matMul(tf.reshape(tf.softmax(scores), [1, keyValueHeads, group * m, m]), vp)
    p = tf.add(p, linear(merge(tf.reshape(mixedPrefix, [1, heads, m, size])), 'output'))
    p = tf.add(p, gated(normalize(p, weight('mlpNorm'))))
  }

  const responses = tf.slice(x, [0, length - responseLength - 1, 0], [-1, responseLength, -1])
  const hidden = tf.reshape(normalize(responses, weights.finalNorm as tf.Tensor), [
    batch * responseLength,
    width,
  ])
  const logits = tf.matMul(hidden, embeddings, false, true)
  const labels = tf.reshape(inputs.labels as tf.Tensor, [-1]) as tf.Tensor1D
  const labelLogits = tf.sum(tf.mul(tf.gather(embeddings, labels), hidden), -1)
  return tf.mean(tf.sub(logSumExp(logits), labelLogits))
}

/** Saves its softmax for the gradient, so that nothing is recomputed. */
const logSumExp = tf.customGrad((x, save) => {
  const logits = x as tf.Tensor
  const largest = tf.max(logits, -1, true)
  const exponentials = tf.exp(tf.sub(logits, largest))
  const sums = tf.sum(exponentials, -1, true)
  ;(save as tf.GradSaveFunc)([tf.div(exponentials, sums)])
  return {
    value: tf.squeeze(tf.add(largest, tf.log(sums)), [-1]),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.expandDims(dy, -1), saved[0] as tf.Tensor),
  }
})
