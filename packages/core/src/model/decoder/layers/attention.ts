import * as tf from '../../../tf.ts'
import { customGradient } from './custom-gradient.ts'

/** Added to masked attention logits: its exp is 0 in float32, and sums with it stay finite. */
export const MASKED = -1e9

/** Causal mask, where each token sees itself and those before it, [length, length]: 0 or {@link MASKED}. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length)
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length)
  return mask
}

/**
 * Keys and values that queries may attend to. Their `batch` may be a fraction of the queries': that many consecutive rows then
 * share them (all rows a prefix, with `batch` 1), and one product serves these rows instead of copying to each.
 */
export interface KeyValues {
  /** [kvHeads, batch, length, D] after RoPE. */
  readonly keys: tf.Tensor
  /** [kvHeads, batch, length, D]. */
  readonly values: tf.Tensor
  /** Added to the logits, [batch, queries or 1, length]: 0 where visible, a large negative number elsewhere. */
  readonly mask?: tf.Tensor | undefined
}

/**
 * Grouped-query attention over several sources under one softmax: softmax([q K₁ᵀ + mask₁, q K₂ᵀ + mask₂, …]) [V₁; V₂; …], with
 * queries already divided by √D. With a cap c, logits are c · tanh(q Kᵀ / c) before the mask.
 *
 * Heads come first, [kvHeads, batch, group · queries, D], so that a source shared by the whole batch is one matrix product per
 * key/value head. Returns [batch · queries, heads · D].
 */
export function attention(queries: tf.Tensor, sources: readonly KeyValues[], cap?: number): tf.Tensor {
  const [kvHeads, batch, group, length, size] = queries.shape as [number, number, number, number, number]
  const scores = sources.map((source) => {
    const span = source.keys.shape[2] as number
    const product = capped(multiply(queries, source.keys, true), cap)
    const logits = tf.reshape(product, [kvHeads, batch, group, length, span])
    if (!source.mask) return logits
    const [maskBatch, maskRows] = source.mask.shape as [number, number, number]
    return tf.add(logits, tf.reshape(source.mask, [1, maskBatch, 1, maskRows, span]))
  })
  const weights = tf.softmax(scores.length === 1 ? (scores[0] as tf.Tensor) : tf.concat(scores, -1))
  const spans = sources.map((source) => source.keys.shape[2] as number)
  const parts = spans.length === 1 ? [weights] : tf.split(weights, spans, -1)
  const outputs = sources.map((source, i) => multiply(parts[i] as tf.Tensor, source.values, false))
  const attended = outputs.reduce((sum, part) => tf.add(sum, part))
  return tokensFirst(tf.reshape(attended, [kvHeads, batch, group * length, size]), group, length)
}

/** [kvHeads, batch, group · length, D] to [batch · length, heads · D]. */
export function tokensFirst(x: tf.Tensor, group: number, length: number): tf.Tensor {
  const [kvHeads, batch, , size] = x.shape as [number, number, number, number]
  const apart = tf.reshape(x, [kvHeads, batch, group, length, size])
  return tf.reshape(tf.transpose(apart, [1, 3, 0, 2, 4]), [batch * length, kvHeads * group * size])
}

/** [kvHeads, B, G, T, x] times a source's [kvHeads, S, …], as one product for the B / S rows that share it. */
function multiply(left: tf.Tensor, right: tf.Tensor, transposeRight: boolean): tf.Tensor {
  const [kvHeads, batch, group, length, inner] = left.shape as [number, number, number, number, number]
  const [, sourceBatch, span, size] = right.shape as [number, number, number, number]
  const rows = (batch / sourceBatch) * group * length
  const sources = sourceBatch === 1 ? [kvHeads] : [kvHeads, sourceBatch]
  const [x, y] = [tf.reshape(left, [...sources, rows, inner]), tf.reshape(right, [...sources, span, size])]
  const times = (part: tf.Tensor) => tf.matMul(part, y, false, transposeRight)
  // A product of a single row may add its terms in another order than a larger one. Rows must not depend on those beside them.
  const product =
    group * length === 1 && rows > 1 ? tf.concat(tf.split(x, rows, -2).map(times), -2) : times(x)
  return tf.reshape(product, [kvHeads, batch, group * length, transposeRight ? span : size])
}

/**
 * Differentiable grouped-query attention over one set of keys and values: queries [kvHeads, B, group · T, D], keys and values
 * [kvHeads, B, L, D], mask [B or 1, T, L]; returns [kvHeads, B, group · T, D]. Queries are already divided by √D.
 *
 * With S = q Kᵀ + mask, P = softmax(S), O = P V, its gradient keeps q, K, V, P and O. It computes the row sums of dP ∘ P from the
 * smaller dO ∘ O (Dao et al. 2022): dV = Pᵀ dO, dS = P ∘ (dO Vᵀ − Σ dO ∘ O), dq = dS K, dK = dSᵀ q. With a cap c, logits are c ·
 * tanh(q Kᵀ / c), and dS is multiplied by 1 − tanh².
 */
export function attendRows(
  queries: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  mask: tf.Tensor,
  cap?: number,
): tf.Tensor {
  return customGradient(
    [queries, keys, values],
    (q, k, v) => {
      const p = tf.softmax(masked(capped(tf.matMul(q, k, false, true), cap), mask))
      const o = tf.matMul(p, v)
      return { value: o, kept: [q, k, v, p, o] }
    },
    (dy, q, k, v, p, o) => {
      const along = tf.sum(tf.mul(dy, o), -1, true)
      const below = tf.mul(p, tf.sub(tf.matMul(dy, v, false, true), along))
      const ds = cap === undefined ? below : tf.mul(below, capSlope(tf.matMul(q, k, false, true), cap))
      return [tf.matMul(ds, k), tf.matMul(ds, q, true, false), tf.matMul(p, dy, true, false)]
    },
  )
}

/** Adds a mask [B or 1, T, L] to scores [kvHeads, B, group · T, L]. */
function masked(scores: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const [kvHeads, batch, rows, span] = scores.shape as [number, number, number, number]
  const [maskBatch, length] = mask.shape as [number, number, number]
  const grouped = tf.reshape(scores, [kvHeads, batch, rows / length, length, span])
  return tf.reshape(tf.add(grouped, tf.reshape(mask, [1, maskBatch, 1, length, span])), scores.shape)
}

/** c · tanh(x / c), or x without a cap. */
export function capped(x: tf.Tensor, cap: number | undefined): tf.Tensor {
  return cap === undefined ? x : tf.mul(tf.tanh(tf.mul(x, 1 / cap)), cap)
}

/** The derivative of {@link capped}: 1 − tanh²(x / c). */
export function capSlope(x: tf.Tensor, cap: number): tf.Tensor {
  return tf.sub(1, tf.square(tf.tanh(tf.mul(x, 1 / cap))))
}
