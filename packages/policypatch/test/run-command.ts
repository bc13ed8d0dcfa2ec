import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

let folder = ''

// Each command is a process: few files made of the sources start five times faster than the sources themselves. They lie in
// this package, from where its dependencies are found.
beforeAll(async () => {
  await mkdir(at('../node_modules/.cache/'), { recursive: true })
  folder = await mkdtemp(at('../node_modules/.cache/cli-'))
  await build({
    entryPoints: [at('../src/cli.ts')],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What is imported when it is needed stays so.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@policypatch/source'],
    plugins: [
      {
        name: 'external-packages',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || /^@policypatch\/|^#|register_all_gradients\.js$/.test(path)
              ? undefined
              : { path, external: true },
          ),
      },
    ],
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

export interface CommandResult {
  /** The exit code; null where a signal ended the process. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  /** Whether files of the user's own get the packages' sources where they import `policypatch`; it takes some seconds more. */
  readonly fromSource?: boolean
  /** Sees standard error as it comes. */
  readonly onStderr?: (soFar: string, child: ChildProcess) => void
}

/** Runs the command line from its source, in a folder and with a data folder of its own. */
export function runCommand(args: readonly string[], options: RunOptions): Promise<CommandResult> {
  return run(process.execPath, [`${folder}/cli.mjs`, ...args], options)
}

/** Runs a script of bash until its first error; what it calls `npx policypatch` is the command line from its source. */
export function runShellScript(script: string, options: RunOptions): Promise<CommandResult> {
  const own = `npx() { shift; '${process.execPath}' '${folder}/cli.mjs' "$@"; }`
  return run('bash', ['-euc', `${own}\n${script}`], options)
}

function run(
  program: string,
  args: readonly string[],
  { cwd, fromSource, onStderr }: RunOptions,
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd,
    env: {
      ...process.env,
      ...{ POLICYPATCH_DATA: `${cwd}/data`, POLICYPATCH_CACHE: `${cwd}/cache` },
      ...(fromSource && { NODE_OPTIONS: `--import ${at('../../../scripts/source.mjs')}` }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece
    onStderr?.(stderr, child)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
