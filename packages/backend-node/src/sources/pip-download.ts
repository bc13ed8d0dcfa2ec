import { spawn } from 'node:child_process'
import { PatchError } from '@policypatch/core'
import { throwIfAborted } from '@policypatch/core/platform'

export interface PipOptions {
  /** The Python to use. Default: the first of `python3`, `python` (Windows: `python`, `py`) that has pip. */
  readonly python?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a process ended: its exit code (undefined if it could not be started) and the end of its standard error. */
interface Outcome {
  readonly code: number | null | undefined
  readonly complaint: string
}

function runPython(
  python: string,
  parameters: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(python, parameters, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Let pip unpack beside its result, because the system's temporary folder is often too small for a model.
      env: { ...process.env, TMPDIR: folder },
      signal,
    })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-10_000)
    })
    child.on('error', (error) => resolve({ code: undefined, complaint: error.message }))
    child.on('close', (code) => resolve({ code, complaint }))
  })
}

/** pip's own summary of what went wrong: its first ERROR line, else the last line. */
function summary({ complaint, code }: Outcome): string {
  const lines = complaint.split(/\r?\n/).filter((line) => line.trim() !== '')
  const error = lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1)
  return error?.replace(/^ERROR:\s*/, '').trim() || `exit code ${code}`
}

/**
 * Downloads the wheel of one release of a package into `folder`, from the package index that pip is configured for. No code of
 * the package is run: source distributions, which would run code, are not accepted.
 */
export async function pipDownload(
  requirement: { readonly name: string; readonly version: string },
  folder: string,
  { python, signal }: PipOptions = {},
): Promise<void> {
  const release = `${requirement.name}==${requirement.version}`
  const quiet = ['--no-input', '--disable-pip-version-check', '--no-cache-dir', '--quiet']
  const what = ['--no-deps', '--only-binary', ':all:', '--dest', folder, release]
  const candidates = python
    ? [python]
    : process.platform === 'win32'
      ? ['python', 'py']
      : ['python3', 'python']
  const without: string[] = []
  for (const candidate of candidates) {
    const outcome = await runPython(candidate, ['-m', 'pip', 'download', ...quiet, ...what], folder, signal)
    throwIfAborted(signal, `the download of ${release}`)
    if (outcome.code === 0) return
    // 127 and 9009: a shell's or a shim's "command not found".
    const isAbsent = outcome.code === undefined || outcome.code === 127 || outcome.code === 9009
    if (!isAbsent && !/No module named '?pip/.test(outcome.complaint)) {
      throw new PatchError('UNREACHABLE', {
        expected: `pip to download ${release}`,
        found: summary(outcome),
        remedy: `Run '${candidate} -m pip download --no-deps ${release}' to see the error`,
      })
    }
    without.push(`${candidate}: ${summary(outcome)}`)
  }
  throw new PatchError('UNREACHABLE', {
    expected: 'a Python with pip',
    found: without.join('; '),
    remedy: 'Install Python 3 with pip (Debian: apt install python3-pip), or set the `python` option',
  })
}
