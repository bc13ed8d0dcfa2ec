import { availableParallelism, freemem } from 'node:os'
import { onnxBackend } from '@policypatch/compiler'
import { type Backend, PatchError } from '@policypatch/core'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { programStore } from './program-store.ts'

export interface OnnxruntimeBackendOptions {
  /** Where programs run. `webgpu` and `cuda` need what onnxruntime-node brings for them. Default `cpu`. */
  readonly device?: 'cpu' | 'cuda' | 'webgpu'
  /** Threads of one run on the processor. Default: as many as this process may use. */
  readonly threads?: number
  /** Where compiled programs that have a key are kept for the next process. Default: nowhere. */
  readonly programFolder?: string | undefined
}

/** Runs programs with onnxruntime-node; see the compiler's `onnxBackend`. */
export function onnxruntimeBackend({
  device = 'cpu',
  threads = availableParallelism(),
  programFolder,
}: OnnxruntimeBackendOptions = {}): Backend {
  const store = programFolder === undefined ? undefined : programStore(programFolder)
  return onnxBackend<Tensor>({
    specificationVersion: 'v1',
    name: `onnxruntime-${device}`,
    precision: 'int8',
    resident: true,
    load: (model, externalData) => createSession(model, device, threads, { externalData }),
    loadPreparation: (model, { keepsMemory }) =>
      createSession(model, 'cpu', threads, { enableCpuMemArena: keepsMemory }),
    feed: ({ shape, data }) =>
      data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape),
    programs: {
      get: async (signature) => (await store)?.get(signature),
      put: async (signature, program) => (await store)?.put(signature, program),
    },
    availableMemory: freeMemory,
  })
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
  more: InferenceSession.SessionOptions,
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
      found: cause instanceof Error ? cause.message : String(cause),
      remedy:
        device === 'cpu'
          ? 'Report it with the program: the graph should be valid'
          : `Check that onnxruntime-node finds its ${device} provider here, or use the device cpu`,
      cause,
    })
  })
}
