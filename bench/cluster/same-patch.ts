/**
 * Checks that the demo's training gives the same patch, byte for byte, in this process and on 1, 2 and 4 workers. Needs
 * `redis-server`.
 *
 *   npm run bench:cluster-patch -- [--workers 1,2,4] [--steps 64] [--prompts N]
 *
 * Each step has four parts of two examples. `--prompts` limits the run to N of the demo's prompts, evenly spread, to save time.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { memoryStorage, sha256 } from '@policypatch/core/platform'
import { type LanguageModel, loadModel } from 'policypatch'
import { readDemoData } from '../../packages/policypatch/src/demo/demo-data.ts'
import { limits, trainDemo } from '../../packages/policypatch/src/demo/run-demo.ts'
import { printLoad } from '../../timing/figures.ts'
import { realModel, startCluster } from './local-cluster.ts'

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2,4' },
    steps: { type: 'string', default: '64' },
    prompts: { type: 'string' },
  },
})

const all = await readDemoData(limits)
const every = Math.ceil(all.train.length / Number(values.prompts ?? all.train.length))
const data = { ...all, train: all.train.filter((_, i) => i % every === 0) }

printLoad('before')
const model = await loadModel(realModel)
const rows = [['training', 'seconds', 'SHA-256 of the files of the patch']]
await train('in this process', model)
for (const workers of values.workers.split(',').map(Number)) {
  const local = await startCluster()
  await Promise.all(Array.from({ length: workers }, (_, i) => local.startWorker({ name: `worker ${i}` })))
  await train(`${workers} workers`, local.on(model))
  console.log(
    local.cluster
      .ran()
      .workers.map(({ worker, shards }) => `${worker}: ${shards} shards`)
      .join(', '),
  )
  await local.close()
}
await model.dispose()
console.log(formatTable(rows))
printLoad('after')
console.log(new Set(rows.slice(1).map((row) => row[2])).size === 1 ? 'the same patch' : 'DIFFERENT PATCHES')

async function train(name: string, on: LanguageModel): Promise<void> {
  const begun = performance.now()
  const storage = memoryStorage()
  const patch = await trainDemo(
    {
      ...{ storage, model: on, sft: { steps: Number(values.steps), microBatchSize: 2 } },
      onTraining: (event) =>
        process.stderr.write(
          `\r${name}: ${event.stage} ${'done' in event ? `${event.done}/${event.total}` : ''}      `,
        ),
    },
    data,
  )
  // Without its creation time.
  const { created: _, files: __, ...manifest } = patch.manifest
  const digests = [JSON.stringify(manifest)]
  for (const [file, bytes] of Object.entries(patch.files)) {
    if (!['patch.json', 'README.md'].includes(file)) digests.push(`${file} ${await sha256(bytes)}`)
  }
  rows.push([
    name,
    ((performance.now() - begun) / 1000).toFixed(0),
    (await sha256(new TextEncoder().encode(digests.join('\n')))).slice(0, 16),
  ])
}
