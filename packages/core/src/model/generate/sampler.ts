/**
 * Draws from logits surveyed by the backend, so that a draw reads a few blocks instead of all logits. The k-th largest block
 * maximum is a lower bound for the k largest logits. For top-p, ids are drawn from all until one is in the nucleus (rejection
 * sampling), which gives exactly the distribution of `sample`.
 */

import type { Random } from '../../random.ts'
import type { Sampler } from './prefill.ts'
import {
  BLOCK,
  compareLogits,
  decay,
  drawByBlocks,
  drawLargest,
  inverseOf,
  maximumOf,
  type SampleOptions,
  sample,
  sumOf,
} from './sample.ts'
import { type Survey, surveyLogits } from './survey.ts'

/** Rejected draws per token before falling back to sorting the nucleus. */
const TRIES = 8

export const sampler: Sampler = async (core, logits, sampling, count) => {
  const optionsOf = (row: number) => sampling[Math.floor(row / count)]
  const temperatures = Array.from(
    { length: sampling.length * count },
    (_, row) => optionsOf(row)?.temperature ?? 1,
  )
  const surveys = await surveyLogits(core, logits, temperatures)
  return (own, row, random) =>
    drawSurveyed(own, surveys[row] as Survey, optionsOf(row) as SampleOptions, random)
}

/** Draws an id from logits [V] and their survey, with the distribution of {@link sample}. */
export function drawSurveyed(
  logits: Float32Array,
  survey: Survey,
  options: SampleOptions,
  random: Random,
): number {
  const { temperature, topK, topP } = options
  const { maxima, sums } = survey
  const total = sumOf(sums)
  // Fails if a logit is NaN.
  if (!(total > 0) || topK > maxima.length) return sample(logits, options, random)
  if (topK > 0) return drawLargest(logits, largest(logits, maxima, topK).subarray(0, topK), options, random)
  const weighing = { logits, maxima, top: maximumOf(maxima), scale: inverseOf(temperature) }
  for (let i = 0; i < TRIES; i++) {
    const id = drawByBlocks(logits, sums, weighing, random)
    if (topP >= 1 || precedingBelow(weighing, id, topP * total)) return id
  }
  return sample(logits, options, random)
}

interface Weighing {
  readonly logits: Float32Array
  readonly maxima: Float32Array
  readonly top: number
  readonly scale: number
}

/** Whether the weights of the ids before `drawn`, largest first and ties by id, sum to less than `least`. */
function precedingBelow({ logits, maxima, top, scale }: Weighing, drawn: number, least: number): boolean {
  const own = logits[drawn] as number
  let mass = 0
  for (let block = 0; block < maxima.length; block++) {
    if ((maxima[block] as number) < own) continue
    const end = Math.min(logits.length, (block + 1) * BLOCK)
    for (let id = block * BLOCK; id < end; id++) {
      const logit = logits[id] as number
      if (logit > own || (logit === own && id < drawn)) mass += decay((top - logit) * scale)
    }
    if (mass >= least) return false
  }
  return true
}

/** At least `count` ids, largest logits first, ties by id. */
function largest(logits: Float32Array, maxima: Float32Array, count: number): Uint32Array {
  const least = maxima.slice().sort()[maxima.length - count] as number
  const ids: number[] = []
  for (let block = 0; block < maxima.length; block++) {
    if ((maxima[block] as number) < least) continue
    const end = Math.min(logits.length, (block + 1) * BLOCK)
    for (let id = block * BLOCK; id < end; id++) if ((logits[id] as number) >= least) ids.push(id)
  }
  return Uint32Array.from(ids).sort(compareLogits(logits))
}
