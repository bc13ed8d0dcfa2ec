/** A worker as a process of its own: `node worker-process.ts '{"queue", "store", "model", "name"}'`. Tells "ready" when it is. */
import { fileStorage, onnxruntimeBackend } from '@policypatch/backend-node'
import { loadStoredModel } from '@policypatch/core/platform'
import { startWorker } from '../src/index.ts'

const { queue, store, model: path, name, precision = 'float32' } = JSON.parse(process.argv[2] ?? '{}')
const model = await loadStoredModel(
  { storage: fileStorage(), path },
  { backend: onnxruntimeBackend(), precision },
)
const worker = await startWorker({
  queue,
  store,
  models: [model],
  name,
  lostAfter: 2000,
  onNotice: console.log,
})
console.log('ready')
process.once('SIGTERM', async () => {
  await worker.close()
  process.exit(0)
})
