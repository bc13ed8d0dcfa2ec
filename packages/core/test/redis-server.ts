import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

/** Why Redis is not available, or undefined. */
export function redisMissing(): string | undefined {
  try {
    execFileSync('redis-server', ['--version'])
    return undefined
  } catch {
    return 'redis-server is not installed (Debian: apt-get install redis-server)'
  }
}

/** A private Redis on this machine. */
export interface RedisServer {
  readonly url: string
  /** Kills it like a power failure, and starts it again with the data on disk, or with none. */
  restart(options?: { readonly empty?: boolean }): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-redis-'))
  const port = await freePort()
  let server = await launch(port, folder)
  const kill = () =>
    new Promise<void>((ended) => {
      server.once('exit', () => ended())
      server.kill('SIGKILL')
    })
  return {
    url: `redis://127.0.0.1:${port}`,
    async restart({ empty = false } = {}) {
      await kill()
      if (empty) await rm(join(folder, 'appendonlydir'), { recursive: true, force: true })
      server = await launch(port, folder)
    },
    async stop() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launch(port: number, folder: string): Promise<ChildProcess> {
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
  ]
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((ready, fail) => {
    server.once('exit', (code) => fail(new Error(`redis-server ended with ${code}`)))
    server.stdout?.on('data', (text) => {
      if (String(text).includes('Ready to accept connections')) ready()
    })
  })
  return server
}
