import type { TensorProgram } from '../backend/backend.ts'
import * as tf from '../tf.ts'
import { pick } from './operation-programs.ts'

const heads = 2
const layers = 2

/** Loss of the case `attention` of operations.json, and its gradient with respect to the prefix. */
export const attentionProgram: TensorProgram = (inputs, weights) => {
  const weight = (name: string) => pick(weights, name)
  const embeddings = weight('embeddings') as tf.Tensor2D
  const ids = pick(inputs, 'ids') as tf.Tensor2D
  const labels = tf.reshape(pick(inputs, 'labels'), [-1]) as tf.Tensor1D
  const [batch, length] = ids.shape
  const loss = (prefix: tf.Tensor) => {
    const [m = 0, width = 0] = prefix.shape
    const rows = Array.from({ length: batch }, () => prefix)
    let x = tf.concat([tf.stack(rows), tf.gather(embeddings, ids)], 1)
    for (let layer = 0; layer < layers; layer++) x = block(x, (name) => weight(`${layer}.${name}`))
    const hidden = normalize(tf.slice(x, [0, m, 0], [-1, length, -1]), weight('finalNorm'))
    const logits = tf.matMul(tf.reshape(hidden, [batch * length, width]), embeddings, false, true)
    const chosen = tf.sum(tf.mul(logits, tf.oneHot(labels, embeddings.shape[0], 1, 0, 'float32')), -1)
    return tf.mean(tf.sub(tf.logSumExp(logits, -1), chosen))
  }
  const { value, grad } = tf.valueAndGrad(loss)(pick(inputs, 'prefix'))
  return { loss: value, gradient: grad }
}

function block(x: tf.Tensor, weight: (name: string) => tf.Tensor): tf.Tensor {
  const [batch = 0, total = 0, width = 0] = x.shape
  const project = (h: tf.Tensor, name: string) => {
    const matrix = weight(name)
    const product = tf.matMul(tf.reshape(h, [batch * total, -1]), matrix)
    return tf.reshape(product, [batch, total, matrix.shape[1] ?? 0])
  }
  const split = (h: tf.Tensor) =>
    tf.transpose(tf.reshape(h, [batch, total, heads, width / heads]), [0, 2, 1, 3])
  const normalized = normalize(x, weight('attentionNorm'))
  const [query, key, value] = ['query', 'key', 'value'].map((name) => split(project(normalized, name))) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width / heads))
  const positions = tf.range(0, total)
  const hiddenFrom = tf.less(tf.reshape(positions, [total, 1]), positions)
  const masked = tf.add(scores, tf.mul(tf.cast(hiddenFrom, 'float32'), -1e9))
  const mixed = tf.reshape(tf.transpose(tf.matMul(tf.softmax(masked), value), [0, 2, 1, 3]), [
    batch,
    total,
    width,
  ])
  const attended = tf.add(x, project(mixed, 'output'))
  const inner = normalize(attended, weight('mlpNorm'))
  const gate = project(inner, 'gate')
  return tf.add(attended, project(tf.mul(tf.mul(gate, tf.sigmoid(gate)), project(inner, 'up')), 'down'))
}

/** RMSNorm. */
function normalize(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), weight)
}
