import { createRequire } from 'node:module'
import * as util from 'node:util'
import { PatchError } from '@policypatch/core'
import { type Backend, eagerBackend } from '@policypatch/core/platform'

export interface TfjsNodeBackendOptions {
  /**
   * Whether to use `@tensorflow/tfjs-node-gpu`, which runs on CUDA, or `@tensorflow/tfjs-node`. Default: the first that is
   * installed.
   */
  readonly gpu?: boolean
  /**
   * The folder of one of the two packages if it is not among this package's dependencies, such as the one that
   * `scripts/build-tfjs-node.mjs` prints. Default: the environment variable `POLICYPATCH_TFJS_NODE`, if it is set.
   */
  readonly module?: string
}

/**
 * Runs programs operation by operation on TensorFlow's own kernels. Both packages are optional: install the one you want.
 * Loading it makes it tfjs's current backend, like importing it.
 *
 * @throws PatchError `BACKEND_FAILED` if none is installed or its addon does not load. The message says how to install it.
 */
export async function tfjsNodeBackend({
  gpu,
  module = process.env.POLICYPATCH_TFJS_NODE || undefined,
}: TfjsNodeBackendOptions = {}): Promise<Backend> {
  // tfjs-node 4.22 calls functions of node:util that Node 23 removed.
  if (!('isNullOrUndefined' in util)) throw unsupportedNode()
  const names = [...(gpu === false ? [] : [`${scope}-gpu`]), ...(gpu === true ? [] : [scope])]
  const candidates = module === undefined ? names : [module]
  const tried: unknown[] = []
  for (const candidate of candidates) {
    try {
      load(candidate)
      return eagerBackend({ tfBackend: 'tensorflow' })
    } catch (cause) {
      if (!isAbsent(cause, candidate)) throw unusable(candidate, cause)
      tried.push(cause)
    }
  }
  throw absent(candidates, tried[0])
}

const scope = '@tensorflow/tfjs-node'

/** Both packages are CommonJS, and register themselves with tfjs's engine, of which a process has only one. */
const load: (module: string) => unknown = createRequire(import.meta.url)

function isAbsent(cause: unknown, module: string): boolean {
  const { code, message } = cause as NodeJS.ErrnoException
  return code === 'MODULE_NOT_FOUND' && message.includes(`'${module}'`)
}

const remedy =
  `Run \`npm install ${scope}\`, or \`${scope}-gpu\` for CUDA; if their download of TensorFlow is blocked, see ` +
  'docs/backends.md to build it'

function absent(candidates: readonly string[], cause: unknown): PatchError {
  const expected = `one of ${candidates.join(', ')}`
  return new PatchError('BACKEND_FAILED', { expected, found: 'none installed', remedy, cause })
}

function unusable(module: string, cause: unknown): PatchError {
  const found = `that it fails: ${cause instanceof Error ? cause.message.split('\n')[0]?.trim() : cause}`
  return new PatchError('BACKEND_FAILED', { expected: `${module} to load`, found, remedy, cause })
}

function unsupportedNode(): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: 'Node 20 or 22, which tfjs-node supports',
    found: process.version,
    remedy: 'Use one of these versions, or use ONNX Runtime',
  })
}
