/**
 * Builds @tensorflow/tfjs-node where the download of its libtensorflow cannot be reached, or is not wanted: its addon is
 * compiled against the libraries of PyPI's tensorflow-cpu. For Linux on x86-64; needs g++ and Python 3 with pip.
 *
 *   export POLICYPATCH_TFJS_NODE=$(node scripts/build-tfjs-node.mjs [FOLDER])
 *
 * The folder, by default policypatch/tfjs-node in the user's cache, then holds node_modules/@tensorflow/tfjs-node, the very
 * binding that tfjs-node-gpu has. Prints that path; what is built already is left as it is, and what was interrupted is
 * done again.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** tfjs-node 4.22 is written against TensorFlow 2.9 to 2.15. */
const versions = { 'tfjs-node': '4.22.0', 'node-api-headers': '1.5.0', 'tensorflow-cpu': '2.15.1' }

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
const folder = resolve(process.argv[2] ?? join(cache, 'policypatch', 'tfjs-node'))
const own = join(folder, 'node_modules', '@tensorflow', 'tfjs-node')
const addon = join(own, 'lib', 'napi-v8', 'tfjs_binding.node')
/** Written last, so that what is there without it is not taken for whole. */
const done = join(folder, 'built.json')

/** Headers and the two libraries, out of the wheel. */
const unpack = `
import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith('tensorflow/include/') and not name.endswith('/'):
            path = os.path.join(deps, 'include', name[len('tensorflow/include/'):])
        elif name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
            path = os.path.join(deps, 'lib', os.path.basename(name))
        else:
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with archive.open(name) as source, open(path, 'wb') as target:
            shutil.copyfileobj(source, target)
`

function fail(reason) {
  console.error(reason)
  process.exit(1)
}

function run(program, ...args) {
  const { status, error } = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 2, 2] })
  if (status === 0) return
  fail(`${program} ${args.slice(0, 4).join(' ')} … ${error ? error.message : `ended with ${status}`}`)
}

function build() {
  for (const program of ['g++', 'python3']) {
    if (spawnSync(program, ['--version']).status !== 0) fail(`${program} is needed, and is not here`)
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  run(
    'npm',
    ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'],
    `@tensorflow/tfjs-node@${versions['tfjs-node']}`,
    `node-api-headers@${versions['node-api-headers']}`,
  )
  const deps = join(own, 'deps')
  run('python3', '-c', unpack, downloadedWheel(), deps)
  mkdirSync(join(own, 'lib', 'napi-v8'), { recursive: true })
  const library = join(deps, 'lib')
  run(
    'g++',
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8'],
    ...[join(folder, 'node_modules', 'node-api-headers', 'include'), own, join(deps, 'include')].map(
      (path) => `-I${path}`,
    ),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(own, 'binding', file)),
    ...[`-L${library}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['-Wl,-rpath,$ORIGIN/../../deps/lib', '-o', addon],
  )
  // The libraries are unpacked: the wheel would only take 200 MB once more.
  rmSync(join(folder, 'wheel'), { recursive: true })
  writeFileSync(done, `${JSON.stringify(versions)}\n`)
}

/** The folder takes its name when the wheel in it is whole. */
function downloadedWheel() {
  const wheels = join(folder, 'wheel')
  const partial = `${wheels}.partial`
  if (!existsSync(wheels)) {
    rmSync(partial, { recursive: true, force: true })
    run(
      'python3',
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--dest', partial],
      ...['--python-version', '3.11', '--platform', 'manylinux2014_x86_64'],
      `tensorflow-cpu==${versions['tensorflow-cpu']}`,
    )
    renameSync(partial, wheels)
  }
  return join(wheels, readdirSync(wheels)[0])
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`This builds on Linux x64, not on ${process.platform} ${process.arch}`)
}
if (!existsSync(done)) build()
console.log(own)
