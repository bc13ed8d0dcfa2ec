import { availableParallelism, freemem } from 'node:os'
import { traceProgram } from '@policypatch/compiler'
import {
  type Backend,
  checkFeeds,
  checkWeights,
  type HostTensor,
  type NamedHostTensors,
  type NamedWeights,
  PatchError,
  runQueue,
  type Signature,
  type TensorProgram,
  type Weight,
} from '@policypatch/core'
import { InferenceSession, type Tensor } from 'onnxruntime-node'
import { programStore, type StoredProgram, toStored } from './program-store.ts'
import { toTensor, type WeightTensors, weightTensorCache } from './weight-tensors.ts'

export interface OnnxruntimeBackendOptions {
  /** Where programs run. `webgpu` and `cuda` need what onnxruntime-node brings for them. Default `cpu`. */
  readonly device?: 'cpu' | 'cuda' | 'webgpu'
  /** Threads of one run on the processor. Default: as many as this process may use. */
  readonly threads?: number
  /** Where compiled programs that have a key are kept for the next process. Default: nowhere. */
  readonly programFolder?: string | undefined
}

/**
 * Compiles each program to one ONNX graph, forward and gradient together, and runs it with ONNX Runtime. Weights and
 * feeds are read where they lie: they must not be changed while a run is under way. Throws `UNSUPPORTED` for programs
 * that cannot be traced, and `BACKEND_FAILED` with ONNX Runtime's words.
 */
export function onnxruntimeBackend({
  device = 'cpu',
  threads = availableParallelism(),
  programFolder,
}: OnnxruntimeBackendOptions = {}): Backend {
  const enqueue = runQueue()
  const sessions = new Set<InferenceSession>()
  const weightTensors = weightTensorCache(async (model, keepsMemory) => {
    const session = await createSession(model, 'cpu', threads, { enableCpuMemArena: keepsMemory })
    sessions.add(session)
    return session
  })

  const release = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await session.release()
  }

  const store = programFolder === undefined ? undefined : programStore(programFolder)
  const compiledProgram = async (program: TensorProgram, signature: Signature): Promise<StoredProgram> => {
    const keeping = signature.key === undefined ? undefined : await store
    const known = await keeping?.get(signature)
    if (known) return known
    const made = toStored(traceProgram(program, signature))
    await keeping?.put(signature, made)
    return made
  }

  return {
    specificationVersion: 'v1',
    name: `onnxruntime-${device}`,
    async compile(program, signature) {
      const graph = await compiledProgram(program, signature)
      const bound = await weightFeeds(graph, signature.weights, weightTensors)
      const resident = await residentWeights(graph, signature.weights, weightTensors)
      const session = await createSession(graph.model, device, threads, { externalData: resident })
      sessions.add(session)
      return {
        async run(feeds, own, wanted) {
          checkFeeds(signature.inputs, feeds)
          if (own) checkOwnWeights(signature, own)
          const weights = own ? await weightFeeds(graph, own, weightTensors) : bound
          return enqueue(async () => {
            if (!sessions.has(session)) throw disposedError()
            return runSession(session, graph, { ...weights, ...inputFeeds(graph, feeds) }, wanted)
          })
        },
        dispose: () => enqueue(() => release(session)),
      }
    },
    availableMemory: freeMemory,
    dispose: () =>
      enqueue(async () => {
        for (const session of sessions) await release(session)
      }),
  }
}

/** Bytes that this process may still take: its container's limit counts, where Node knows it. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}

function createSession(
  model: Uint8Array,
  device: NonNullable<OnnxruntimeBackendOptions['device']>,
  threads: number,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    // Graphs come folded from the tracer: on the processor ONNX Runtime's own rewriting doubles the time to load one
    // and makes a step 1% faster. Devices are left to choose their layouts.
    graphOptimizationLevel: device === 'cpu' ? 'disabled' : 'all',
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    ...more,
    enableMemPattern: false,
  }
  return InferenceSession.create(model, options).catch((cause: unknown) => {
    throw new PatchError('BACKEND_FAILED', {
      expected: `ONNX Runtime to load a program for ${device}`,
      found: wordsOf(cause),
      remedy:
        device === 'cpu'
          ? 'Report it with the program: the graph should be valid'
          : `Check that onnxruntime-node finds its ${device} provider here, or use the device cpu`,
      cause,
    })
  })
}

async function weightFeeds(
  { inputs }: StoredProgram,
  weights: NamedWeights,
  tensors: WeightTensors,
): Promise<Record<string, Tensor>> {
  const feeds: Record<string, Tensor> = {}
  for (const { name, key, source, quantized, resident } of inputs) {
    // One after the other: the floats that a packed weight is quantized from are let go before the next.
    if (source === 'weight' && !resident) feeds[name] = await tensors.get(weights[key] as Weight, quantized)
  }
  return feeds
}

type ExternalData = NonNullable<InferenceSession.SessionOptions['externalData']>

/** What a program's file refers to, over the memory of the tensors that other programs are fed. */
async function residentWeights(
  { inputs }: StoredProgram,
  weights: NamedWeights,
  tensors: WeightTensors,
): Promise<ExternalData> {
  const files: { path: string; data: Uint8Array }[] = []
  for (const { name, key, quantized, resident } of inputs) {
    if (!resident) continue
    const { buffer, byteOffset, byteLength } = (await tensors.get(weights[key] as Weight, quantized))
      .data as Int8Array
    files.push({ path: name, data: new Uint8Array(buffer, byteOffset, byteLength) })
  }
  return files
}

function inputFeeds({ inputs }: StoredProgram, feeds: NamedHostTensors): Record<string, Tensor> {
  const used = inputs.filter(({ source }) => source === 'input')
  return Object.fromEntries(used.map(({ name, key }) => [name, toTensor(feeds[key] as HostTensor)]))
}

async function runSession(
  session: InferenceSession,
  { outputs }: StoredProgram,
  feeds: Record<string, Tensor>,
  wanted?: readonly string[],
): Promise<NamedHostTensors> {
  const fetched = wanted ? outputs.filter(({ key }) => wanted.includes(key)) : outputs
  const names = fetched.map(({ name }) => name)
  const results = await session.run(feeds, names).catch((cause: unknown) => {
    throw new PatchError('BACKEND_FAILED', {
      expected: 'ONNX Runtime to run the program',
      found: wordsOf(cause),
      remedy:
        'Compile it for smaller batches if memory ran out, or run it on an eager backend to see which step fails',
      cause,
    })
  })
  return Object.fromEntries(
    fetched.map(({ name, key }) => {
      const { dims, data } = results[name] as Tensor
      return [key, { shape: dims, data: data as Float32Array | Int32Array }]
    }),
  )
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function checkOwnWeights({ weights, resident }: Signature, own: NamedWeights): void {
  checkWeights(weights, own)
  if (!resident) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: "a resident program to be run with its signature's weights",
    found: 'others',
    remedy: 'Compile it without `resident`',
  })
}

function disposedError(): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: 'a program and a backend in use',
    found: 'one that was disposed of',
    remedy: 'Compile the program again on a backend that is in use',
  })
}
