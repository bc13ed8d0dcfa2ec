import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const from = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const sources = from('../../scripts/source.mjs')
const cli = from('../../packages/policypatch/src/cli.ts')

/** The model that is worked with. */
export const realModel = 'HuggingFaceTB/SmolLM2-135M-Instruct'

export interface WorkerPlace {
  readonly queue: string
  readonly store: string
  readonly name: string
  /** Bound to this processor core alone, so that it has one thread. */
  readonly core?: number | undefined
}

/** Starts `policypatch worker` as a process of its own, and waits until it works. */
export async function startProcess({ queue, store, name, core }: WorkerPlace): Promise<ChildProcess> {
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

/** Ends a process as a machine that is lost would. */
export function kill(worker: ChildProcess): Promise<void> {
  return new Promise((ended) => {
    worker.once('exit', () => ended())
    worker.kill('SIGKILL')
  })
}
