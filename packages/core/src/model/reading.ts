import type { NamedHostTensors, NamedTensors } from '../backend.ts'
import * as tf from '../tf.ts'
import type { ReadingPlace } from './prefix.ts'

/** Tells programs apart that read at other places. */
export const readingKey = (places: readonly ReadingPlace[]): string =>
  places.map(({ layer, window }) => `${layer}/${window}`).join(' ')

/**
 * What a program is fed to read the ends of rows of one block: which tokens are averaged, by window.
 *
 * @param lengths tokens of each row, [batch]
 * @param length places of a row in the block
 */
export function readingFeeds(
  places: readonly ReadingPlace[],
  lengths: readonly number[],
  length: number,
): NamedHostTensors {
  const feeds: Record<string, NamedHostTensors[string]> = {}
  for (const window of new Set(places.map((place) => place.window))) {
    const data = new Float32Array(lengths.length * length)
    for (const [row, own] of lengths.entries()) {
      const from = Math.max(0, own - window)
      data.fill(1 / (own - from), row * length + from, row * length + own)
    }
    feeds[`window.${window}`] = { shape: [lengths.length, 1, length], data }
  }
  return feeds
}

/** The outputs `reading.i` [batch, 2d], one for each place: to be shown the residual stream after each layer. */
export function endReadings(places: readonly ReadingPlace[], inputs: NamedTensors, length: number) {
  const readings: Record<string, tf.Tensor> = {}
  const afterLayer = (layer: number, x: tf.Tensor): void => {
    for (const [i, place] of places.entries()) {
      if (place.layer !== layer) continue
      const width = x.shape[1] as number
      const mean = tf.matMul(
        inputs[`window.${place.window}`] as tf.Tensor3D,
        tf.reshape(x, [-1, length, width]),
      )
      readings[`reading.${i}`] = tf.concat(
        [tf.gather(x, inputs.rows as tf.Tensor1D), tf.reshape(mean, [-1, width])],
        1,
      )
    }
  }
  return { readings, afterLayer }
}

/** The readings of one row, in the order of the places. */
export const rowReadings = (
  outputs: NamedHostTensors,
  places: readonly ReadingPlace[],
  row: number,
): Float32Array[] =>
  places.map((_, i) => {
    const { data, shape } = outputs[`reading.${i}`] as NamedHostTensors[string]
    const width = shape[1] as number
    return (data as Float32Array).slice(row * width, (row + 1) * width)
  })
