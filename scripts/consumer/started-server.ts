import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

export interface StartedProgram {
  readonly child: ChildProcess
  /** What it has printed so far. */
  output(): string
  /** Its exit code. */
  readonly ended: Promise<number | null>
}

/** Starts a program in its own process group. */
export function startProgram(
  [program = '', ...args]: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'>,
): StartedProgram {
  const child = spawn(program, args, { ...options, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { child, output: () => output, ended }
}

/** The local address that a started server prints. Throws if the server ends first, or prints none within two minutes. */
export const addressOf = ({ output, ended }: StartedProgram, name: string): Promise<string> =>
  Promise.race([
    addressIn(output),
    ended.then((code) => Promise.reject(new Error(`${name} ended with ${code}:\n${output()}`))),
  ])

async function addressIn(output: () => string): Promise<string> {
  for (let tenth = 0; tenth < 1200; tenth++) {
    // Addresses may contain colour codes.
    const [address] = /https?:\/\/(localhost|127\.0\.0\.1)[^\s]*/.exec(stripColours(output())) ?? []
    if (address) return address
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no address in two minutes:\n${output()}`)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const stripColours = (text: string) => text.replace(/\u001b\[[\d;]*m/g, '')

/** Stops the process group, including children. */
export function stop({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid)
}
