import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { type Command, quietEnvironment } from './command.ts'

/** Memory for training SmolLM2-135M. Measured: 5 to 8 GiB. */
const PROCESS_BYTES = 9 * 2 ** 30

/**
 * Runs programs side by side, each on its own cores, in the given order. Rejects when one fails, and ends the others. Two
 * single-core processes do about 1.4 times the work of one process with two cores, because short steps leave the second core
 * waiting.
 */
export async function sideBySide(commands: readonly Command[]): Promise<void> {
  const cores = allowedCores()
  const most = Math.min(availableParallelism(), Math.floor(totalmem() / PROCESS_BYTES), commands.length)
  const slots = Math.max(1, most)
  const each = Math.floor(availableParallelism() / slots)
  const waiting = [...commands]
  const stop = new AbortController()
  const work = async (slot: number) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await run(pinned(next, cores?.slice(slot * each, (slot + 1) * each)), stop.signal)
    }
  }
  try {
    await Promise.all(Array.from({ length: slots }, (_, slot) => work(slot)))
  } finally {
    stop.abort()
  }
}

/** The cores that this process may use; undefined if the system does not tell. */
function allowedCores(): number[] | undefined {
  if (process.platform !== 'linux') return undefined
  const list = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return list?.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

const pinned = (command: Command, cores: readonly number[] | undefined): Command =>
  cores?.length ? ['taskset', '-c', cores.join(','), ...command] : command

function run([program, ...args]: Command, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: quietEnvironment,
      signal,
    })
    child.once('error', reject)
    child.once('exit', (code, how) =>
      code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code ?? how}`)),
    )
  })
}
