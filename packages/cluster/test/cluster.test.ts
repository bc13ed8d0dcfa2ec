import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileStorage, onnxruntimeBackend } from '@policypatch/backend-node'
import type { LanguageModel } from '@policypatch/core'
import { loadStoredModel } from '@policypatch/core/platform'
import { inProcess, runOn } from '@policypatch/core/tasks'
import { initPrefix, PrefixTrainer, type SftExample } from '@policypatch/core/train'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { type RedisServer, redisMissing, startRedis } from '../../core/test/redis-server.ts'
import { type Cluster, clusterStatus, connectCluster, type RunningWorker, startWorker } from '../src/index.ts'
import { connectRedis } from '../src/queue/connect-redis.ts'

const missing = redisMissing()
if (missing) console.warn(`Skipped: ${missing}`)

const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url))
const sources = fileURLToPath(new URL('../../../scripts/source.mjs', import.meta.url))

describe.skipIf(missing)('workers on Redis', () => {
  let folder = ''
  let redis: RedisServer
  let model: LanguageModel
  let cluster: Cluster
  let stranger: LanguageModel
  const workers: RunningWorker[] = []
  const notices: string[] = []
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policypatch-cluster-'))
    await writeTinyModel(`${folder}/tiny`)
    await writeTinyModel(`${folder}/other`, 'qwen2')
    redis = await startRedis()
    model = await load('tiny')
    stranger = await load('other')
    cluster = await connect('store')
  })
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.close()
    notices.length = 0
  })
  afterAll(async () => {
    await cluster?.close()
    await model?.dispose()
    await stranger?.dispose()
    await redis?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })

  const load = (name: string) =>
    loadStoredModel({ storage: fileStorage(), path: `${folder}/${name}` }, { backend: onnxruntimeBackend() })
  const connect = (store: string) =>
    connectCluster({
      ...{ queue: redis.url, store: `${folder}/${store}`, lookEvery: 200 },
      onNotice: (line) => notices.push(line),
    })
  const work = async (name: string, models: readonly LanguageModel[] = [model]) => {
    const options = { queue: redis.url, store: `${folder}/store`, models, name, lostAfter: 2000 }
    workers.push(await startWorker({ ...options, onNotice: (line) => notices.push(line) }))
  }
  const workApart = async (name: string): Promise<ChildProcess> => {
    const task = { queue: redis.url, store: `${folder}/store`, model: `${folder}/tiny`, name }
    const worker = spawn(process.execPath, ['--import', sources, script, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((ready) => worker.stdout?.once('data', () => ready()))
    return worker
  }

  const prompts = (count: number, seed = 0) =>
    Array.from({ length: count }, (_, i) => `Row ${i + seed} of ${count}`)
  const answers = async (from: LanguageModel, some: readonly string[]) => {
    const found: string[] = []
    for await (const { index, text } of from.generateBatch(some, { maxTokens: 8, temperature: 1 })) {
      found[index] = text
    }
    return found
  }

  const examples: SftExample[] = Array.from({ length: 16 }, (_, i) => ({
    prompt: [5 + i, 17, 3 + i],
    chosen: [9 + i, 71, 8, 2],
    kind: i % 2 === 0 ? 'harmful' : 'harmless',
  }))
  const trained = async (from: LanguageModel, steps: number) => {
    const trainer = new PrefixTrainer({
      ...{ model: from, examples, steps, objective: { type: 'sft' }, learningRate: 1e-2, batchSize: 8 },
      microBatchSize: 2,
      prefix: initPrefix(model, { length: 3, init: 'vocab', seed: 1 }),
    })
    for await (const _ of trainer);
    await trainer.dispose()
    return trainer.prefix.embeddings
  }

  it('gives the bits of one process, for answers, scores, hidden states and training', async () => {
    await Promise.all([work('one'), work('two')])
    const patched = model.withPrefix(initPrefix(model, { length: 3, init: 'vocab', seed: 2 }))
    const there = runOn(patched, cluster.runner)
    const asked = prompts(150)
    const scored = asked.map((prompt) => ({ prompt, response: 'yes' }))
    expect(await answers(there, asked)).toEqual(await answers(patched, asked))
    expect(await there.score(scored)).toEqual(await patched.score(scored))
    expect(await there.scoreTop(scored, 4)).toEqual(await patched.scoreTop(scored, 4))
    const place = { layers: [1], window: 4 }
    expect(await there.hiddenStates(asked, place)).toEqual(await patched.hiddenStates(asked, place))
    expect(await trained(runOn(model, cluster.runner), 6)).toEqual(await trained(model, 6))
    expect(await trained(runOn(model, inProcess), 6)).toEqual(await trained(model, 6))
    const { workers: shares } = cluster.ran()
    expect(shares.map(({ worker }) => worker)).toEqual(['one', 'two'])
    const status = await clusterStatus(redis.url)
    expect(status.workers.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(status.queues[0]).toMatchObject({ waiting: 0, active: 0, failed: 0 })
  })

  it('does a shard once whose worker computes for longer than a lost one is waited for', async () => {
    let done = 0
    const slow: LanguageModel = {
      ...model,
      async *generateBatch(...asked) {
        done++
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000)
        yield* model.generateBatch(...asked)
      },
    }
    await work('slow', [slow])
    const asked = prompts(8, 5000)
    expect(await answers(runOn(model, cluster.runner), asked)).toEqual(await answers(model, asked))
    expect(done).toBe(1)
  })

  it('loses nothing when workers are killed and Redis is restarted, even empty', async () => {
    const asked = prompts(256, 1000)
    const expected = await answers(model, asked)
    const weights = await trained(model, 200)
    const there = runOn(model, cluster.runner)
    const chaos = (async () => {
      let worker = await workApart('apart 0')
      for (let kill = 1; kill <= 3; kill++) {
        const next = workApart(`apart ${kill}`)
        if (kill === 2) await redis.restart()
        if (kill === 3) await redis.restart({ empty: true })
        worker.kill('SIGKILL')
        worker = await next
      }
      return worker
    })()
    expect(await answers(there, asked)).toEqual(expected)
    expect(await trained(there, 200)).toEqual(weights)
    ;(await chaos).kill('SIGKILL')
  }, 120_000)

  it('does no shard again whose outcome is in the store, whoever asks', async () => {
    const asked = prompts(64, 2000)
    await work('only')
    const first = await answers(runOn(model, cluster.runner), asked)
    for (const worker of workers.splice(0)) await worker.close()
    const again = await connect('store')
    expect(await answers(runOn(model, again.runner), asked)).toEqual(first)
    expect(again.ran()).toEqual({ workers: [], atHand: 2 })
    await again.close()
  })

  it('does again what came back damaged, and says so', async () => {
    const asked = prompts(32, 3000)
    const expected = await answers(model, asked)
    await work('only')
    const there = runOn(model, cluster.runner)
    await answers(there, asked)
    for (const name of await readdir(`${folder}/store/outcomes`, { recursive: true })) {
      const path = `${folder}/store/outcomes/${name}`
      const bytes = name.length > 60 ? await readFile(path) : undefined
      if (!bytes) continue
      bytes[40]! ^= 1
      await writeFile(path, bytes)
    }
    expect(await answers(there, asked)).toEqual(expected)
    expect(notices.join('\n')).toMatch(/Expected outcomes\/.* with the SHA-256/)
  })

  it('waits for a worker with its model, and says what those that are there have', async () => {
    await work('stranger', [stranger])
    const asked = prompts(32, 4000)
    const coming = answers(runOn(model, cluster.runner), asked)
    const said = (text: string) => notices.find((line) => line.includes(text))
    while (!said('stranger has') || !said('This one')) await pause(100)
    expect(said('stranger has')).toMatch(
      /Waiting for a worker with .*tiny.* stranger has weights .* instead of/,
    )
    expect(said('This one')).toMatch(/waits for workers with .* This one takes none of its shards: weights/)
    await work('one of its own')
    expect(await coming).toEqual(await answers(model, asked))
  })

  it('ends with the error of a store that takes nothing, and goes on from there with one that does', async () => {
    const asked = prompts(96, 5000)
    // What is below a file can be written by nobody: as on a disk that is full.
    await writeFile(`${folder}/full`, '')
    const blocked = await connect('full/store')
    await expect(answers(runOn(model, blocked.runner), asked)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
    })
    await blocked.close()
    await work('only')
    const good = await connect('store')
    expect(await answers(runOn(model, good.runner), asked)).toEqual(await answers(model, asked))
    await good.close()
  })

  it("passes on an error of the model's at once", async () => {
    await work('only')
    const coming = answers(runOn(model, cluster.runner), ['x'.repeat(100_000)])
    await expect(coming).rejects.toMatchObject({ code: 'CONTEXT_EXCEEDED' })
  })

  it('ends where it is told to', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 300)
    const asked = runOn(model, cluster.runner).generateBatch(prompts(32, 6000), { signal: controller.signal })
    await expect(asked[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('refuses addresses that are none, and says where nobody answers', async () => {
    const store = `${folder}/store`
    await expect(connectCluster({ queue: 'localhost', store })).rejects.toThrow('a queue redis://HOST:PORT')
    await expect(connectCluster({ queue: redis.url, store: 'ftp://x' })).rejects.toThrow('s3://BUCKET/PREFIX')
    await expect(connectRedis('redis://127.0.0.1:1', 300)).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })
})

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))
