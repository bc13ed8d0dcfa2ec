import type { HostTensor } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { programFor } from '../language-model/program-cache.ts'
import { BLOCK, decay, inverseOf, maximumOf } from './sample.ts'

/** Per block of one row's logits l: the maximum, and the sum of exp((l − top) / T), where top is the row's maximum. */
export interface Survey {
  readonly maxima: Float32Array
  readonly sums: Float32Array
}

/** Logits surveyed at a time; intermediate results take the same amount of memory again. */
const AT_ONCE = 2 ** 20

/**
 * Surveys rows of logits [rows, V], one per temperature. The backend passes over all logits many times faster than JavaScript. A
 * row's survey does not depend on the other rows.
 */
export async function surveyLogits(
  core: Pick<ModelCore, 'programs' | 'precision'>,
  { data, shape }: HostTensor,
  temperatures: readonly number[],
): Promise<Survey[]> {
  const size = shape[1] as number
  const most = Math.max(1, Math.floor(AT_ONCE / size))
  const surveys: Survey[] = []
  for (let start = 0; start < temperatures.length; start += most) {
    const some = temperatures.slice(start, start + most)
    const rows = data.subarray(start * size, (start + some.length) * size)
    surveys.push(...(await surveySome(core, { shape: [some.length, size], data: rows }, some)))
  }
  return surveys
}

/**
 * A softmax within each block takes two passes instead of four. Its largest share p̂ belongs to the block's largest logit l̂, so
 * the block's sum is exp((l̂ − top) / T) / p̂.
 */
async function surveySome(
  { programs, precision }: Pick<ModelCore, 'programs' | 'precision'>,
  logits: HostTensor,
  temperatures: readonly number[],
): Promise<Survey[]> {
  const [rows, size] = logits.shape as [number, number]
  const blocks = Math.ceil(size / BLOCK)
  // Most requests sample at temperature 1, which needs no scaling.
  const scaled = temperatures.some((temperature) => inverseOf(temperature) !== 1)
  const feeds = {
    logits,
    ...(scaled && { scales: { shape: [rows, 1, 1], data: Float32Array.from(temperatures, inverseOf) } }),
  }
  const compiled = await programs.get(scaled ? 'survey, scaled' : 'survey', () =>
    programFor(
      feeds,
      { weights: {}, precision },
      ({ logits, scales }) => {
        const padded = tf.pad(
          logits,
          [
            [0, 0],
            [0, blocks * BLOCK - size],
          ],
          -Infinity,
        )
        const parts = tf.reshape(padded, [-1, blocks, BLOCK])
        const shares = tf.softmax(scales ? tf.mul(parts, scales) : parts)
        return { maxima: tf.max(parts, -1), shares: tf.max(shares, -1) }
      },
      () => ({ 0: 'rows' }),
    ),
  )
  const { maxima, shares } = await compiled.run(feeds)
  return temperatures.map((temperature, row) => {
    const of = (tensor: HostTensor | undefined) =>
      tensor?.data.subarray(row * blocks, (row + 1) * blocks) as Float32Array
    const own = of(maxima)
    const top = maximumOf(own)
    const scale = inverseOf(temperature)
    const sums = of(shares).map((share, block) => decay((top - (own[block] as number)) * scale) / share)
    return { maxima: own, sums }
  })
}
