/**
 * Compares two single-threaded workers with one on the same machine, on answers to prompts, which pairs and evaluations consist
 * of. Needs `redis-server` and `taskset`.
 *
 *   npm run bench:cluster -- [--prompts 256] [--tokens 32] [--runs 3]
 *
 * `scale-2` is the throughput of two workers divided by twice that of one.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { loadModel } from 'policypatch'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { realModel, startCluster } from './local-cluster.ts'

const { values } = parseArgs({
  options: {
    prompts: { type: 'string', default: '256' },
    tokens: { type: 'string', default: '32' },
    runs: { type: 'string', default: '3' },
  },
})
const [count, maxTokens, runs] = [values.prompts, values.tokens, values.runs].map(Number) as [
  number,
  number,
  number,
]

printLoad('before')
const local = await startCluster()
const model = await loadModel(realModel)
const there = local.on(model)
let asked = 0

/** Seconds to answer all prompts, none of which was used before. */
async function answer(some: number): Promise<number> {
  const begun = performance.now()
  const prompts = Array.from({ length: some }, () => [
    { role: 'user', content: `Write one sentence about the number ${++asked} and what it is used for.` },
  ])
  for await (const _ of there.generateBatch(prompts, { maxTokens, batchSize: 32 }));
  return (performance.now() - begun) / 1000
}

const times: Record<'one' | 'two', number[]> = { one: [], two: [] }
await local.startWorker({ name: 'first', core: 0 })
await answer(64)
for (let run = 0; run < runs; run++) times.one.push(await answer(count))
await local.startWorker({ name: 'second', core: 1 })
await new Promise((heard) => setTimeout(heard, 3000))
await answer(128)
for (let run = 0; run < runs; run++) times.two.push(await answer(count))
await local.close()
await model.dispose()

const rate = (seconds: readonly number[]) => count / median(seconds)
console.log(
  formatTable([
    ['workers', 'median', 'all runs', 'prompts a second'],
    ...(['one', 'two'] as const).map((name) => [
      name,
      ...timeCells(times[name]),
      rate(times[name]).toFixed(2),
    ]),
  ]),
)
printLoad('after')
printRatios({ 'scale-2': rate(times.two) / rate(times.one) / 2 })
