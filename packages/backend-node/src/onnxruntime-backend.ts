import { availableParallelism, freemem } from 'node:os'
import { type EncodedProgram, encodeProgram, traceProgram } from '@policypatch/compiler'
import {
  type Backend,
  checkFeeds,
  checkWeights,
  disposedError,
  type HostTensor,
  type NamedHostTensors,
  type NamedWeights,
  PatchError,
  runQueue,
  type Signature,
  type TensorProgram,
} from '@policypatch/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { residentWeights, weightFeeds } from './bind-weights.ts'
import { createSession } from './create-session.ts'
import type { Device } from './execution-providers.ts'
import { programStore } from './program-store.ts'
import { uploadedWeights } from './uploaded-weights.ts'
import { toTensor, type WeightTensors, weightTensorCache } from './weight-tensors.ts'
import { wordsOf } from './words-of.ts'

/**
 * How programs come by weights: `fed` in each run from where they lie, which costs nothing on the processor; `uploaded`
 * to the device once for all programs; or `bound` into each program, which takes the device's memory once for each.
 */
export type WeightPlacement = 'fed' | 'uploaded' | 'bound'

export interface OnnxruntimeBackendOptions {
  /** Where programs run. Default `cpu`. See {@link checkDevice} for whether the others are there. */
  readonly device?: Device
  /** Threads of one run on the processor. Default: as many as this process may use. */
  readonly threads?: number
  /** Where compiled programs that have a key are kept for the next process. Default: nowhere. */
  readonly programFolder?: string | undefined
  /** Default: the best that ONNX Runtime's API for Node has for the device. `uploaded` is for webgpu only. */
  readonly weightPlacement?: WeightPlacement
}

const placements: Readonly<Record<Device, WeightPlacement>> = {
  cpu: 'fed',
  webgpu: 'uploaded',
  // Tensors in CUDA's memory cannot be held from Node.
  cuda: 'bound',
}

/** A program with its weights, ready to run. */
interface Loaded {
  readonly program: EncodedProgram
  readonly session: InferenceSession
  readonly weights: Readonly<Record<string, Tensor>>
}

/**
 * Compiles each program to one ONNX graph, forward and gradient together, and runs it with ONNX Runtime. Weights and
 * feeds are read where they lie: they must not be changed while a run is under way. On a device weights are sent there
 * once, products are in float32 whatever the precision, and a run moves its feeds and the outputs that are wanted.
 *
 * Throws `UNSUPPORTED` for programs that cannot be traced, and `BACKEND_FAILED` with ONNX Runtime's words.
 */
export function onnxruntimeBackend({
  device = 'cpu',
  threads = availableParallelism(),
  programFolder,
  weightPlacement: placement = placements[device],
}: OnnxruntimeBackendOptions = {}): Backend {
  const enqueue = runQueue()
  const sessions = new Set<InferenceSession>()
  const target = device === 'cpu' ? 'processor' : 'device'
  const load = async (
    model: Uint8Array,
    options: InferenceSession.SessionOptions,
    on: Device = device,
  ): Promise<InferenceSession> => {
    const session = await createSession(model, { device: on, threads }, options)
    sessions.add(session)
    return session
  }
  const release = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await session.release()
  }
  const uploaded =
    placement === 'uploaded'
      ? uploadedWeights((model) => load(model, { preferredOutputLocation: 'gpu-buffer' }))
      : undefined
  const tensors: WeightTensors =
    uploaded ??
    weightTensorCache((model, keepsMemory) => load(model, { enableCpuMemArena: keepsMemory }, 'cpu'))

  const store = programFolder === undefined ? undefined : programStore(programFolder)
  const stored = async (program: TensorProgram, signature: Signature): Promise<EncodedProgram> => {
    const { key } = signature
    const keeping = key === undefined ? undefined : await store
    const named = target === 'device' ? { ...signature, key: `${key} for a device` } : signature
    const known = await keeping?.get(named)
    if (known) return known
    const made = encodeProgram(traceProgram(program, signature, { target }))
    await keeping?.put(named, made)
    return made
  }
  const loaded = async (program: TensorProgram, signature: Signature, resident: boolean): Promise<Loaded> => {
    const graph = await stored(program, { ...signature, resident })
    const weights = await weightFeeds(graph, signature.weights, tensors)
    const externalData = await residentWeights(graph, signature.weights, tensors)
    return { program: graph, weights, session: await load(graph.model, { externalData }) }
  }

  return {
    specificationVersion: 'v1',
    name: `onnxruntime-${device}`,
    async compile(program, signature) {
      const resident = placement === 'bound' || (placement === 'fed' && signature.resident === true)
      const main = await loaded(program, signature, resident)
      let fed: Promise<Loaded> | undefined = resident ? undefined : Promise.resolve(main)
      return {
        async run(feeds, own, wanted) {
          checkFeeds(signature.inputs, feeds)
          if (own) checkOwnWeights(signature, own)
          // A program that weights are bound into has a second session once it is run with others.
          if (own) {
            fed ??= loaded(program, signature, false).catch((error: unknown) => {
              fed = undefined
              throw error
            })
          }
          const used = own ? ((await fed) as Loaded) : main
          const weights = own ? await weightFeeds(used.program, own, tensors) : used.weights
          return enqueue(async () => {
            if (!sessions.has(used.session)) throw disposedError()
            return runSession(used, { ...weights, ...inputFeeds(used.program, feeds) }, wanted)
          })
        },
        dispose: () =>
          enqueue(async () => {
            await release(main.session)
            if (fed) await release((await fed).session)
          }),
      }
    },
    // Nothing tells from Node how much a device has.
    ...(target === 'processor' && { availableMemory: freeMemory }),
    dispose: () =>
      enqueue(async () => {
        uploaded?.dispose()
        for (const session of sessions) await release(session)
      }),
  }
}

/** Bytes that this process may still take: its container's limit counts, where Node knows it. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}

function inputFeeds({ inputs }: EncodedProgram, feeds: NamedHostTensors): Record<string, Tensor> {
  const used = inputs.filter(({ source }) => source === 'input')
  return Object.fromEntries(used.map(({ name, key }) => [name, toTensor(feeds[key] as HostTensor)]))
}

async function runSession(
  { session, program: { outputs } }: Loaded,
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

function checkOwnWeights({ weights, resident }: Signature, own: NamedWeights): void {
  checkWeights(weights, own)
  if (!resident) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: "a resident program to be run with its signature's weights",
    found: 'others',
    remedy: 'Compile it without `resident`',
  })
}
