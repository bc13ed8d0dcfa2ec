import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The Python interpreter for the other side: COMPARE_PYTHON, or that of the environment created by setup.mjs. Throws if there is
 * none.
 */
export function pythonInterpreter(): string {
  const { COMPARE_PYTHON: given, COMPARE_VENV: folder } = process.env
  if (given) return given
  const name = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'
  const own = join(folder ?? fileURLToPath(new URL('../compare/.venv', import.meta.url)), name)
  if (existsSync(own)) return own
  throw new Error('There is no Python environment yet: run `npm run compare:setup`, or set COMPARE_PYTHON')
}
