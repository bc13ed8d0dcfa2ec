/**
 * Large pages for the commands that compute. Where Linux gives large pages only on request (`madvise`, the default of many
 * distributions), reading weights and activations through pages of 4 KiB costs up to a fifth of the time. The C library asks for large
 * pages if told so when a process starts, so such a command starts once more.
 */

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The names of the commands that run a model for more than a moment. */
export const computing: ReadonlySet<string> = new Set([
  'demo',
  'doctor',
  'pairs',
  'train',
  'eval',
  'test',
  'scan',
  'generate',
  'serve',
  'worker',
])

/**
 * Makes glibc request large pages. Freed blocks of up to 64 MiB serve the next step instead of being given back, from one heap for
 * all threads: with several, the demo takes up to 0.2 GiB more.
 */
const settings = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.arena_max=1',
  `glibc.malloc.mmap_threshold=${2 ** 26}`,
  `glibc.malloc.trim_threshold=${2 ** 27}`,
].join(':')

/** What the decision depends on. */
export interface Host {
  readonly platform: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The kernel's setting, such as `always [madvise] never`; undefined if it cannot be read. */
  readonly pages: () => string | undefined
  /** The version of glibc; undefined with another C library. */
  readonly glibc: () => string | undefined
}

/**
 * The environment in which a command should start once more: `GLIBC_TUNABLES` is added. Undefined if it should not: the command
 * computes little, the system has no use for it, or the variable is set already, by the user or by the first start.
 */
export function largePagesEnvironment(
  argv: readonly string[],
  host: Host = thisHost,
): NodeJS.ProcessEnv | undefined {
  const command = argv.find((word) => !word.startsWith('-'))
  if (!computing.has(command ?? '') || argv.includes('--help')) return undefined
  if (host.platform !== 'linux' || 'GLIBC_TUNABLES' in host.env) return undefined
  if (!host.pages()?.includes('[madvise]') || !(Number(host.glibc()?.split('.')[1]) >= 35)) return undefined
  return { ...host.env, GLIBC_TUNABLES: settings }
}

const thisHost: Host = {
  platform: process.platform,
  env: process.env,
  pages() {
    try {
      return readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8')
    } catch {
      // A kernel without large pages.
      return undefined
    }
  },
  glibc() {
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
    return header.glibcVersionRuntime
  },
}

/** Node.js 22.15 and later: replaces this process by another one. */
export interface NewerProcess {
  readonly execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never
}

/**
 * Starts this process once more in another environment, with the same arguments and standard streams. Where Node.js can, the new
 * process replaces this one; otherwise this one passes signals on and waits. Returns the exit code.
 */
export async function startAgain(env: NodeJS.ProcessEnv): Promise<number> {
  const args = [...process.execArgv, ...process.argv.slice(1)]
  const { execve } = process as NewerProcess
  execve?.(process.execPath, [process.execPath, ...args], env)
  // Through the channel, the child learns if this process is killed.
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal)
  const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of passed) process.on(signal, passOn)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (...ended) => resolve(ended))
  })
  for (const name of passed) process.off(name, passOn)
  if (signal) process.kill(process.pid, signal)
  return code ?? 1
}

/** Ends this process like SIGTERM if it was started by {@link startAgain} and the process that waits for it is killed. */
export function endWithParent(): void {
  if (!process.channel || process.env.GLIBC_TUNABLES !== settings) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel.unref()
}
