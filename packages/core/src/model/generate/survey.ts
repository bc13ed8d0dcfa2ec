import type { HostTensor } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { programFor } from '../language-model/program-cache.ts'
import { BLOCK, inverseOf } from './sample.ts'

/** Of one row's logits l, by block: the largest, and the sum of exp((l − top) / T), where top is the largest of the row. */
export interface Survey {
  readonly maxima: Float32Array
  readonly sums: Float32Array
}

/** Logits that are surveyed at once: what is worked out between takes as much memory again. */
const AT_ONCE = 2 ** 20

/**
 * Surveys rows of logits [rows, V], as many as there are temperatures. The backend passes over all of them many times faster than
 * JavaScript does; what is known of a row does not depend on the others.
 */
export async function surveyLogits(
  { programs, precision }: Pick<ModelCore, 'programs' | 'precision'>,
  { data, shape }: HostTensor,
  temperatures: readonly number[],
): Promise<Survey[]> {
  const size = shape[1] as number
  const blocks = Math.ceil(size / BLOCK)
  const most = Math.max(1, Math.floor(AT_ONCE / size))
  const surveys: Survey[] = []
  for (let start = 0; start < temperatures.length; start += most) {
    const some = temperatures.slice(start, start + most)
    const feeds = {
      logits: { shape: [some.length, size], data: data.subarray(start * size, (start + some.length) * size) },
      scales: { shape: [some.length, 1, 1], data: Float32Array.from(some, inverseOf) },
    }
    const compiled = await programs.get('survey', () => {
      const { program, signature } = programFor(
        feeds,
        { weights: {}, precision },
        ({ logits, scales }) => {
          const padded = tf.pad(
            logits as tf.Tensor2D,
            [
              [0, 0],
              [0, blocks * BLOCK - size],
            ],
            -Infinity,
          )
          const parts = tf.reshape(padded, [-1, blocks, BLOCK])
          const maxima = tf.max(parts, -1)
          const top = tf.reshape(tf.max(maxima, -1), scales.shape)
          return { maxima, sums: tf.sum(tf.exp(tf.mul(tf.sub(parts, top), scales)), -1) }
        },
        () => ({ 0: 'rows' }),
      )
      return { program, signature: { ...signature, light: true } }
    })
    const { maxima, sums } = await compiled.run(feeds)
    for (let row = 0; row < some.length; row++) {
      const [from, to] = [row * blocks, (row + 1) * blocks]
      surveys.push({
        maxima: maxima?.data.subarray(from, to) as Float32Array,
        sums: sums?.data.subarray(from, to) as Float32Array,
      })
    }
  }
  return surveys
}
