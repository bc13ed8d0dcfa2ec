import type { PreferencePair } from '@policypatch/core'
// Not public: trainPatch's order of drawing is internal, but here the other side must draw the same.
import { createSampler, drawnIndices } from '../../packages/core/src/train/trainer/sampler.ts'

/** Draws the batches of both stages as trainPatch does. */
export function drawBatches(
  pairs: readonly PreferencePair[],
  { sft, dpo, batchSize, seed }: { sft: number; dpo: number; batchSize: number; seed: number },
) {
  const kinds = pairs.map(({ kind }) => kind)
  const batches = (indices: readonly number[], steps: number) => {
    const sampler = createSampler(
      indices.map((index) => kinds[index] as PreferencePair['kind']),
      { seed },
    )
    return Array.from({ length: steps }, () => sampler.next(batchSize).map((i) => indices[i] as number))
  }
  const drawn = drawnIndices(kinds, { steps: dpo, batchSize, seed })
  return { sft: batches([...kinds.keys()], sft), dpo: batches(drawn, dpo) }
}
