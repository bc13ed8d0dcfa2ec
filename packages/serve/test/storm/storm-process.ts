import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ProcessReport } from './storm-server.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The server of a storm, started. */
export interface StormProcess {
  readonly url: string
  report(): Promise<ProcessReport>
  /** Sends SIGTERM; gives the exit code. */
  terminate(): Promise<number | null>
}

export async function startServer(): Promise<StormProcess> {
  const child: ChildProcess = fork(at('storm-server.ts'), {
    execArgv: ['--expose-gc', '--import', at('../../../../scripts/source.mjs')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const [url] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
  ])) as [string]
  return {
    url,
    async report() {
      child.send('report')
      const [report] = (await once(child, 'message')) as [ProcessReport]
      return report
    },
    async terminate() {
      child.kill('SIGTERM')
      const [code] = await exit
      return code
    },
  }
}
