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

/** Runs a Python file of compare/python. Throws where there is no interpreter for it. */
export const pythonCommand = (file: string): Command => [pythonInterpreter(), here(`../python/${file}`)]

/** Without bars of progress and what libraries say of their next versions, among which a failure is hard to find. */
export const quietEnvironment = {
  ...process.env,
  TQDM_DISABLE: '1',
  PYTHONWARNINGS: 'ignore::FutureWarning',
}
