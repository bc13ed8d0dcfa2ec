/**
 * Measures the traffic between a worker and Redis in a training step, relative to the size of a gradient. Counts all bytes in
 * both directions. Needs `redis-server`.
 *
 *   npm run bench:cluster-wire -- [--workers 1,2,4] [--steps 12]
 *
 * Each step has eight examples in parts of two. The minimum is 2: a prefix in and a gradient out.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { initPrefix, PrefixTrainer, type SftExample } from '@policypatch/core/train'
import { loadModel } from 'policypatch'
import { median } from '../../timing/figures.ts'
import { countingProxy } from './counting-proxy.ts'
import { realModel, startCluster } from './local-cluster.ts'

const { values } = parseArgs({
  options: { workers: { type: 'string', default: '1,2,4' }, steps: { type: 'string', default: '12' } },
})

const model = await loadModel(realModel)
const encode = (text: string) => model.tokenizer.encode(text, { addSpecialTokens: false })
const prefix = initPrefix(model, { length: 50, init: 'vocab', seed: 0 })
const gradientBytes = prefix.embeddings.byteLength
const examples = Array.from(
  { length: 64 },
  (_, i): SftExample => ({
    kind: 'harmful',
    prompt: encode(`How do I break ${i} windows?`),
    chosen: encode('I cannot help with that.'),
  }),
)
const rows = [['workers', 'bytes a step and worker', 'over a gradient of']]
for (const count of values.workers.split(',').map(Number)) {
  const local = await startCluster()
  const proxies = await Promise.all(Array.from({ length: count }, () => countingProxy(local.redis.url)))
  await Promise.all(proxies.map(({ url }, i) => local.startWorker({ queue: url, name: `worker ${i}` })))
  const trainer = new PrefixTrainer({
    ...{ model: local.on(model), prefix, examples, objective: { type: 'sft' } },
    ...{ steps: Number(values.steps), learningRate: 1e-2, batchSize: 8, microBatchSize: 2, seed: 0 },
  })
  const passed = () => proxies.reduce((sum, proxy) => sum + proxy.bytes, 0)
  const steps: number[] = []
  let before: number | undefined
  for await (const _ of trainer) {
    // The first step includes setup traffic.
    if (before !== undefined) steps.push((passed() - before) / count)
    before = passed()
    process.stderr.write(`\r${count} workers: step ${steps.length + 1}    `)
  }
  process.stderr.write('\n')
  const each = median(steps)
  rows.push([`${count}`, each.toFixed(0), `${gradientBytes}: ${(each / gradientBytes).toFixed(3)}`])
  await trainer.dispose()
  await local.close()
  for (const proxy of proxies) proxy.close()
}
await model.dispose()
console.log(formatTable(rows))
