/**
 * Makes the Python environment of the comparisons, compare/.venv, and installs node-llama-cpp into compare/.node; run
 * again, it installs what is missing.
 *
 *   npm run compare:setup [-- --only-python]
 *
 * COMPARE_VENV names another folder for the environment, so that several checkouts can share it.
 * COMPARE_PYTHON names an interpreter to use as it is instead: then only its packages are checked.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installNodeLlamaCpp } from './install-node-llama-cpp.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const windows = process.platform === 'win32'
const imports =
  'import torch, transformers, peft, gguf, safetensors, onnxruntime; print("torch", torch.__version__)'

/** Runs a program in the foreground and says whether it succeeded. */
const succeeds = (program, args, stdio = 'inherit') => spawnSync(program, args, { stdio }).status === 0

function orStop(ok, problem) {
  if (ok) return
  console.error(problem)
  process.exit(1)
}

if (!process.argv.includes('--only-python')) {
  orStop(
    installNodeLlamaCpp(),
    'npm could not install node-llama-cpp, or it has no binaries for this machine',
  )
}

const { COMPARE_PYTHON: given, COMPARE_VENV: folder = here('../.venv') } = process.env
if (given) {
  orStop(succeeds(given, ['-c', imports]), `${given} lacks packages of compare/install/requirements.txt`)
  process.exit(0)
}

const python = join(folder, windows ? 'Scripts/python.exe' : 'bin/python')
const install = (file) =>
  orStop(
    succeeds(python, ['-m', 'pip', 'install', '--no-deps', '--quiet', '-r', here(file)]),
    `pip could not install compare/install/${file}`,
  )

if (!existsSync(python)) {
  const system = windows ? 'python' : 'python3'
  const recent = ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']
  orStop(succeeds(system, recent), 'The comparisons need Python 3.11 or later, or COMPARE_PYTHON')
  orStop(succeeds(system, ['-m', 'venv', folder]), `Python could not make ${folder}`)
}
install('requirements.txt')
if (!succeeds(python, ['-c', imports], 'ignore')) {
  console.log('This torch is linked against CUDA; fetching its libraries, 2.2 GB')
  install('requirements-cuda.txt')
  orStop(succeeds(python, ['-c', imports]), 'The packages are there but do not load')
}
