import { fileURLToPath } from 'node:url'
import { pythonInterpreter } from '../../timing/python.ts'

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]]

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Runs a TypeScript file against the packages' sources. */
export const ownCommand = (file: URL): Command => [
  process.execPath,
  '--import',
  here('../../scripts/source.mjs'),
  fileURLToPath(file),
]

/** Runs a Python file in compare/python. Throws if there is no interpreter. */
export const pythonCommand = (file: string): Command => [pythonInterpreter(), here(`../python/${file}`)]

/** Hides progress bars and deprecation warnings, so that failures are easy to see. */
export const quietEnvironment = {
  ...process.env,
  TQDM_DISABLE: '1',
  PYTHONWARNINGS: 'ignore::FutureWarning',
}
