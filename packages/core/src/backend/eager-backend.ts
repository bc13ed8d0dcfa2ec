import { PatchError } from '../errors.ts'
import * as tf from '../tf.ts'
import {
  type Backend,
  expandWeight,
  type HostTensor,
  type NamedHostTensors,
  type NamedTensors,
  type NamedWeights,
  type TensorProgram,
  type Weight,
} from './backend.ts'
import { checkFeeds, checkWeights } from './check-feeds.ts'
import { disposedError, runQueue } from './run-queue.ts'

export interface EagerBackendOptions {
  /** Name of a registered tfjs backend, such as `cpu`. Default: the one that tfjs prefers. */
  readonly tfBackend?: string
}

/**
 * Runs programs op by op on a tfjs backend that the caller has registered (by importing it). The reference for all other
 * backends: simple and correct, but slow. Throws `BACKEND_FAILED` if that tfjs backend is absent.
 */
export function eagerBackend({ tfBackend = preferredBackend() }: EagerBackendOptions = {}): Backend {
  const enqueue = runQueue()
  const uploaded = new Map<Weight, tf.Tensor>()
  let disposed = false

  const upload = (weight: Weight): tf.Tensor => {
    if ('transient' in weight) return toTensor(weight)
    const tensor = uploaded.get(weight) ?? tf.keep(toTensor(expandWeight(weight)))
    uploaded.set(weight, tensor)
    return tensor
  }
  const release = (weight: Weight) => {
    uploaded.get(weight)?.dispose()
    uploaded.delete(weight)
  }

  return {
    specificationVersion: 'v1',
    name: `eager-${tfBackend}`,
    async compile(program, signature) {
      let released = false
      if (disposed) throw disposedError()
      await initialize(tfBackend)
      return {
        async run(feeds, weights = signature.weights, wanted) {
          checkFeeds(signature.inputs, feeds)
          checkWeights(signature.weights, weights)
          return enqueue(() => {
            if (released || disposed) throw disposedError()
            return readAll(on(tfBackend, () => runProgram(chosen(program, wanted), weights, feeds, upload)))
          })
        },
        async dispose() {
          released = true
        },
      }
    },
    release: (weights) =>
      enqueue(() => {
        for (const weight of Object.values(weights)) release(weight)
      }),
    dispose: () =>
      enqueue(() => {
        disposed = true
        for (const weight of uploaded.keys()) release(weight)
      }),
  }
}

function preferredBackend(): string {
  const name: string | undefined = tf.engine().backendNames()[0]
  if (name !== undefined) return tf.getBackend()
  throw new PatchError('BACKEND_FAILED', {
    expected: 'a registered tfjs backend',
    found: 'none',
    remedy: "Import one first, such as '@tensorflow/tfjs-backend-cpu'",
  })
}

async function initialize(name: string): Promise<void> {
  const previous = tf.engine().backendName
  const cause = await tf.setBackend(name).then(
    (ready) => (ready ? undefined : new Error('initialization failed')),
    (error: unknown) => error,
  )
  if (previous && previous !== name) await tf.setBackend(previous)
  if (cause === undefined) return
  throw new PatchError('BACKEND_FAILED', {
    expected: `the tfjs backend \`${name}\``,
    found: `${tf.engine().backendNames().join(', ') || 'no backend'} registered`,
    remedy: 'Import the package that registers it first, and check that this machine meets its requirements',
    cause,
  })
}

/** Calls `run` with the (initialized) tfjs backend as the current one; `setBackend` takes effect before it returns. */
function on<Result>(name: string, run: () => Result): Result {
  const previous = tf.engine().backendName
  if (previous === name) return run()
  void tf.setBackend(name)
  try {
    return run()
  } finally {
    if (previous) void tf.setBackend(previous)
  }
}

/** The program, returning only the wanted outputs. */
function chosen(program: TensorProgram, wanted: readonly string[] | undefined): TensorProgram {
  if (!wanted) return program
  return (inputs, weights) => {
    const outputs = program(inputs, weights)
    return Object.fromEntries(Object.entries(outputs).filter(([name]) => wanted.includes(name)))
  }
}

function runProgram(
  program: TensorProgram,
  weights: NamedWeights,
  feeds: NamedHostTensors,
  upload: (weight: Weight) => tf.Tensor,
): NamedTensors {
  return tf.tidy(() => {
    const bound = mapValues(weights, upload)
    // A program may return an input or a weight itself: a clone survives `tidy` and can be disposed of on its own.
    return mapValues(program(mapValues(feeds, toTensor), bound), (tensor) => tensor.clone())
  })
}

async function readAll(outputs: NamedTensors): Promise<NamedHostTensors> {
  try {
    const read = Object.entries(outputs).map(async ([name, tensor]) => [name, await toHost(tensor)] as const)
    return Object.fromEntries(await Promise.all(read))
  } finally {
    tf.dispose(outputs)
  }
}

function toTensor({ shape, data }: HostTensor): tf.Tensor {
  return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32')
}

async function toHost(tensor: tf.Tensor): Promise<HostTensor> {
  const data = await tensor.data()
  return {
    shape: tensor.shape,
    data: tensor.dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data),
  }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
