/**
 * Tests the cluster's store, and a run on it, with moto, a common mock of AWS S3. The run needs `redis-server`.
 *
 *   npm run compare:setup && npm run check:exports
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { fileStorage, onnxruntimeBackend } from '@policypatch/backend-node'
import { connectCluster, runOn, startWorker } from '@policypatch/cluster'
import type { LanguageModel } from '@policypatch/core'
import { loadStoredModel } from '@policypatch/core/platform'
import { openStore } from '../../packages/cluster/src/store/open-store.ts'
import { freePort } from '../../packages/core/test/free-port.ts'
import { writeTinyModel } from '../../packages/core/test/models/tiny-model.ts'
import { redisMissing, startRedis } from '../../packages/core/test/redis-server.ts'
import { pythonInterpreter } from '../../timing/python.ts'

const port = await freePort()
const endpoint = `http://127.0.0.1:${port}`
Object.assign(process.env, {
  AWS_ENDPOINT_URL: endpoint,
  ...{ AWS_ACCESS_KEY_ID: 'someone', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'us-east-1' },
})
const moto = spawn(pythonInterpreter(), ['-m', 'moto.server', '-p', `${port}`], { stdio: 'ignore' })
const folder = await mkdtemp(join(tmpdir(), 'policypatch-s3-'))
let failed = 0
try {
  await makeBucket()

  const store = await openStore('s3://patches/runs')
  const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
  say('an object that is absent', [await store.has('a/b'), await store.get('a/b')], [false, undefined])
  await store.put('a/b', bytes)
  say('an object as it was put', [await store.has('a/b'), await store.get('a/b')], [true, bytes])
  const elsewhere = await openStore('s3://elsewhere')
  const error = await elsewhere.get('a').catch(({ code }) => code)
  say('a bucket that is absent', error, 'STORAGE_FAILED')
  for (const one of [store, elsewhere]) one.close()

  const missing = redisMissing()
  if (missing) console.log(`skip  a run on it: ${missing}`)
  else await run()
} finally {
  moto.kill()
  if (moto.exitCode === null) await once(moto, 'exit')
  await rm(folder, { recursive: true, force: true })
}
if (failed > 0) process.exitCode = 1

/** A worker answers with a tiny model, twice. The second time the answers come from the store. */
async function run(): Promise<void> {
  await writeTinyModel(`${folder}/tiny`)
  const model = await loadStoredModel(
    { storage: fileStorage(), path: `${folder}/tiny` },
    { backend: onnxruntimeBackend() },
  )
  const redis = await startRedis()
  const place = { queue: redis.url, store: 's3://patches/runs' }
  const worker = await startWorker({ ...place, models: [model], name: 'one' })
  const prompts = Array.from({ length: 40 }, (_, i) => `${i} is a number`)
  const expected = await answers(model, prompts)
  for (const atHand of [0, 2]) {
    const cluster = await connectCluster(place)
    const found = await answers(runOn(model, cluster.runner), prompts)
    say(
      atHand ? 'the same from the bucket' : 'answers by way of the bucket',
      [found, cluster.ran().atHand],
      [expected, atHand],
    )
    await cluster.close()
  }
  const list = await (await fetch(`${endpoint}/patches?list-type=2&prefix=runs/outcomes/`)).text()
  say('outcomes in the bucket', list.match(/<Key>/g)?.length, 2)
  await worker.close()
  await redis.stop()
  await model.dispose()
}

async function answers(model: LanguageModel, prompts: readonly string[]): Promise<string[]> {
  const texts: string[] = []
  for await (const { index, text } of model.generateBatch(prompts, { maxTokens: 6 })) texts[index] = text
  return texts
}

/** Creates the bucket as soon as the server responds. */
async function makeBucket(): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const { ok, status } = await fetch(`${endpoint}/patches`, { method: 'PUT' })
      if (!ok) throw new Error(`moto made no bucket: ${status}`)
      return
    } catch (error) {
      if (attempt === 60 || moto.exitCode !== null) throw error
      await wait(500)
    }
  }
}

function say(what: string, found: unknown, expected: unknown): void {
  const ok = isDeepStrictEqual(found, expected)
  if (!ok) failed++
  console.log(`${ok ? 'ok  ' : 'FAIL'}  S3, ${what}${ok ? '' : `: ${JSON.stringify(found)?.slice(0, 200)}`}`)
}
