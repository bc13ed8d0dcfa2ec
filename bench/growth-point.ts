/** Measures one point of growth.ts in a separate process: takes it as JSON, prints the median step time and peak memory. */
import { PrefixTrainer } from '@policypatch/core/train'
import { median } from '../timing/figures.ts'
import { matrix, syntheticModel, uniform } from '../timing/synthetic-model.ts'
import type { GrowthPoint } from './growth.ts'

const point = JSON.parse(process.argv[2] as string) as GrowthPoint
const { batch, length, layers, prefix, precision, recompute, threads } = point
const model = await syntheticModel({ threads, products: precision, layers })
const ids = (seed: number, count: number) =>
  Array.from(uniform(seed, count), (value) => Math.floor(value * model.config.vocabSize))
const trainer = new PrefixTrainer({
  model,
  prefix: { length: prefix, embeddings: matrix(5000, prefix * model.config.hiddenSize) },
  objective: { type: 'sft' },
  examples: Array.from({ length: batch }, (_, row) => ({
    prompt: [row, ...ids(1000 + row, length / 2 - 1)],
    chosen: ids(2000 + row, length / 2),
    kind: 'harmful' as const,
  })),
  batchSize: batch,
  steps: 10,
  learningRate: 1e-2,
  recompute,
})
const times: number[] = []
for (let step = 0; step < 4; step++) {
  const start = performance.now()
  await trainer.step()
  if (step > 1) times.push((performance.now() - start) / 1000)
}
console.log(JSON.stringify({ seconds: median(times), peakMemory: 1024 * process.resourceUsage().maxRSS }))
