import { describe, expect, it } from 'vitest'
import { relativeDifference } from '../../../../test/goldens.ts'
import { normalTensor, outputAndGradients } from '../../../../test/gradients.ts'
import * as tf from '../../../tf.ts'
import { attendRows, attention, MASKED, tokensFirst } from './attention.ts'

const [kvHeads, batch, group, length, size] = [2, 3, 2, 4, 6] as const
const queries = normalTensor([kvHeads, batch, group, length, size], 1)
const shared = {
  keys: normalTensor([kvHeads, 1, 5, size], 2),
  values: normalTensor([kvHeads, 1, 5, size], 3),
}
const own = {
  keys: normalTensor([kvHeads, batch, length, size], 4),
  values: normalTensor([kvHeads, batch, length, size], 5),
}
const causal = tf.tensor3d([
  Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => (j > i ? MASKED : 0))),
])
const past = {
  keys: normalTensor([kvHeads, batch, 7, size], 6),
  values: normalTensor([kvHeads, batch, 7, size], 7),
}
/** Row b sees the first 2b places of the past: the first row none. */
const pastBias = tf.tensor3d(
  Array.from({ length: batch }, (_, row) => [
    Array.from({ length: 7 }, (_, i) => (i < 2 * row ? 0 : MASKED)),
  ]),
)

/** Softmax attention of one query written out, in double precision. */
function attend(query: number[], keys: number[][], values: number[][]): number[] {
  const exps = keys.map((key) =>
    Math.exp(key.reduce((sum, k, i) => sum + k * query[i]!, 0) / Math.sqrt(size)),
  )
  const total = exps.reduce((sum, e) => sum + e, 0)
  return query.map((_, i) => values.reduce((sum, value, j) => sum + (exps[j]! / total) * value[i]!, 0))
}

describe('attention', () => {
  it('is one softmax over what each query sees in all sources', () => {
    const found = attention(tf.mul(queries, 1 / Math.sqrt(size)), [
      { ...past, mask: pastBias },
      shared,
      { ...own, mask: causal },
    ]).arraySync() as number[][]
    const [q, s, o, p] = [queries, shared, own, past].map((x) =>
      x instanceof tf.Tensor ? x.arraySync() : { keys: x.keys.arraySync(), values: x.values.arraySync() },
    ) as [number[][][][][], ...Record<'keys' | 'values', number[][][][]>[]]
    for (let row = 0; row < batch; row++) {
      for (let at = 0; at < length; at++) {
        const expected = Array.from({ length: kvHeads * group }, (_, head) => {
          const h = Math.floor(head / group)
          const visible = (part: 'keys' | 'values') => [
            ...p![part][h]![row]!.slice(0, 2 * row),
            ...s![part][h]![0]!,
            ...o![part][h]![row]!.slice(0, at + 1),
          ]
          return attend(q[h]![row]![head % group]![at]!, visible('keys'), visible('values'))
        })
        expect(relativeDifference(found[row * length + at]!, expected.flat())).toBeLessThan(1e-5)
      }
    }
  })

  it('gives a source of batch 1 the output and gradients of its copies in every row', () => {
    const inputs = [queries, shared.keys, shared.values, own.keys, own.values]
    const through = (spread: (x: tf.Tensor) => tf.Tensor) =>
      outputAndGradients((q, sharedKeys, sharedValues, keys, values) => {
        const before = { keys: spread(sharedKeys as tf.Tensor), values: spread(sharedValues as tf.Tensor) }
        const after = { keys: keys as tf.Tensor, values: values as tf.Tensor, mask: causal }
        return attention(q as tf.Tensor, [before, after])
      }, inputs)
    const once = through((x) => x)
    const copied = through((x) => tf.tile(x, [1, batch, 1, 1]))
    for (const [i, values] of copied.entries())
      expect(relativeDifference(once[i]!, values)).toBeLessThan(1e-5)
  })
})

describe('attendRows', () => {
  it("gives the output and gradients of tfjs's own autodiff, and of attention to one source", () => {
    const bias = tf.tidy(() => tf.concat([tf.zeros([1, length, 5]), causal], 2))
    const flat = tf.reshape(queries, [kvHeads, batch, group * length, size])
    const keys = normalTensor([kvHeads, batch, 5 + length, size], 8)
    const values = normalTensor([kvHeads, batch, 5 + length, size], 9)
    const through = (attended: (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor) =>
      outputAndGradients(
        (q, k, v) => attended(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor),
        [flat, keys, values],
      )
    const own = through((q, k, v) => attendRows(q, k, v, bias))
    const plain = through((q, k, v) => {
      const scores = tf.add(tf.matMul(q, k, false, true), tf.tile(bias, [1, group, 1]))
      return tf.matMul(tf.softmax(scores), v)
    })
    for (const [i, expected] of plain.entries())
      expect(relativeDifference(own[i]!, expected)).toBeLessThan(1e-5)
    const grouped = attention(queries, [{ keys, values, mask: bias }])
    const rows = tokensFirst(attendRows(flat, keys, values, bias), group, length)
    expect(relativeDifference(rows.dataSync(), grouped.dataSync())).toBeLessThan(1e-5)
  })
})
