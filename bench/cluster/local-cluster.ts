import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cluster, connectCluster, runOn } from '@policypatch/cluster'
import type { LanguageModel } from 'policypatch'
import { type RedisServer, startRedis } from '../../packages/core/test/redis-server.ts'

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const sources = from('../../scripts/source.mjs')
const cli = from('../../packages/policypatch/src/cli.ts')

/** The model used in the benchmarks. */
export const realModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'

/** A cluster on this machine alone: Redis, a folder as the store, a coordinator and workers. */
export interface LocalCluster {
  readonly redis: RedisServer
  readonly store: string
  readonly cluster: Cluster
  /** The model with its work done by the workers. */
  on(model: LanguageModel): LanguageModel
  startWorker(options: LocalWorker): Promise<ChildProcess>
  /** Stops everything, including workers that are still running. */
  close(): Promise<void>
}

export async function startCluster(onNotice: (line: string) => void = console.error): Promise<LocalCluster> {
  const store = await mkdtemp(join(tmpdir(), 'policypatch-bench-'))
  const redis = await startRedis()
  const cluster = await connectCluster({ queue: redis.url, store, onNotice })
  const workers: ChildProcess[] = []
  return {
    ...{ redis, store, cluster },
    on: (model) => runOn(model, cluster.runner),
    async startWorker(options) {
      const worker = await startProcess({ queue: redis.url, ...options }, store)
      workers.push(worker)
      return worker
    },
    async close() {
      for (const worker of workers)
        if (worker.exitCode === null && worker.signalCode === null) await kill(worker)
      await cluster.close()
      await redis.stop()
      await rm(store, { recursive: true })
    },
  }
}

export interface LocalWorker {
  /** Default: the cluster's queue. */
  readonly queue?: string
  readonly name: string
  /** Pins the worker to this CPU core, so that it has one thread. */
  readonly core?: number | undefined
}

/** Starts `policypatch worker` as a separate process and waits until it is ready. */
async function startProcess(
  { queue, name, core }: LocalWorker & { readonly queue: string },
  store: string,
): Promise<ChildProcess> {
  const command = [process.execPath, '--import', sources, cli, 'worker', '--queue', queue, '--store', store]
  const own = [...command, '--model', realModel, '--name', name]
  const [program, ...rest] = core === undefined ? own : ['taskset', '-c', `${core}`, ...own]
  const worker = spawn(program as string, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  let heard = ''
  await new Promise<void>((ready, fail) => {
    worker.once('exit', (code, signal) =>
      fail(new Error(`The worker ended with ${code ?? signal}: ${heard}`)),
    )
    worker.stderr?.on('data', (text) => {
      heard = `${heard}${text}`.slice(-4000)
      if (heard.includes('works for')) ready()
    })
  })
  worker.removeAllListeners('exit')
  return worker
}

/** Kills a process the way a lost machine would disappear. */
export function kill(worker: ChildProcess): Promise<void> {
  return new Promise((ended) => {
    worker.once('exit', () => ended())
    worker.kill('SIGKILL')
  })
}
