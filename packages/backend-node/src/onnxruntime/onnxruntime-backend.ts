import { availableParallelism, freemem } from 'node:os'
import { type OnnxRuntime, onnxBackend } from '@policypatch/compiler'
import type { Backend } from '@policypatch/core/platform'
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import { createSession, type Device } from './create-session.ts'
import { programStore } from './program-store.ts'
import { toTensor, uploadedWeights } from './uploaded-weights.ts'
import { type WeightStore, weightStore } from './weight-store.ts'

/**
 * How programs come by weights: `fed` in each run from where they lie, which costs nothing on the CPU; `uploaded` to the
 * device once for all programs; or `bound` into each program, which takes the device's memory once for each.
 */
export type WeightPlacement = 'fed' | 'uploaded' | 'bound'

export interface OnnxruntimeBackendOptions {
  /** Where programs run. Default `cpu`. See {@link checkDevice} for whether the others are there. */
  readonly device?: Device
  /** Threads of one run on the CPU. Default: as many as this process may use. */
  readonly threads?: number
  /** Where compiled programs that have a key are kept for the next process. Default: nowhere. */
  readonly programFolder?: string | undefined
  /** Where weights that are rounded to int8 and have an origin are kept for the next process. Default: nowhere. */
  readonly weightFolder?: string | undefined
  /** Default: the best that ONNX Runtime's API for Node has for the device. `uploaded` is for webgpu only. */
  readonly weightPlacement?: WeightPlacement
}

const placements: Readonly<Record<Device, WeightPlacement>> = {
  cpu: 'fed',
  webgpu: 'uploaded',
  // Tensors in CUDA's memory cannot be held from Node.
  cuda: 'bound',
}

/**
 * Runs programs with ONNX Runtime, each compiled to one graph, forward and gradient together; see the compiler's
 * `onnxBackend`. On a device weights are sent there once, products are in float32 whatever the precision, and a run moves
 * its feeds and the outputs that are wanted.
 *
 * Throws `UNSUPPORTED` for programs that cannot be traced, and `BACKEND_FAILED` with ONNX Runtime's words.
 */
export function onnxruntimeBackend({
  device = 'cpu',
  threads = availableParallelism(),
  programFolder,
  weightFolder,
  weightPlacement: placement = placements[device],
}: OnnxruntimeBackendOptions = {}): Backend {
  const target = device === 'cpu' ? 'processor' : 'device'
  const load = (model: Uint8Array, options: InferenceSession.SessionOptions, on = device) =>
    createSession(model, { device: on, threads }, options)
  const uploaded =
    placement === 'uploaded'
      ? uploadedWeights((model) => load(model, { preferredOutputLocation: 'gpu-buffer' }))
      : undefined
  const store = programFolder === undefined ? undefined : programStore(programFolder)
  return onnxBackend({
    specificationVersion: 'v1',
    name: `onnxruntime-${device}`,
    target,
    ...(placement !== 'uploaded' && { resident: placement === 'bound' ? 'always' : 'asked' }),
    load: (model, externalData) => load(model, { externalData }),
    loadPreparation: (model, { keepsMemory }) => load(model, { enableCpuMemArena: keepsMemory }, 'cpu'),
    feed: toTensor,
    ...(weightFolder !== undefined && { quantized: keptIn(weightStore(weightFolder)) }),
    ...(uploaded && { hold: uploaded.upload, letGo: uploaded.letGo, dispose: uploaded.dispose }),
    ...(store && {
      programs: {
        get: async (signature) => (await store)?.get(signature),
        put: async (signature, program) => (await store)?.put(signature, program),
      },
    }),
    // Nothing tells from Node how much a device has.
    ...(target === 'processor' && { availableMemory: freeMemory }),
  })
}

/** Weights as they are in a store, where they are there, else as they are made, and put there. */
function keptIn(store: WeightStore): NonNullable<OnnxRuntime<Tensor>['quantized']> {
  return async (weight, transposed, make) => {
    const kept = await store.get(weight, transposed)
    if (kept) {
      const { shape, values, scales } = kept
      return {
        values: new Tensor('int8', values, shape),
        scales: new Tensor('float32', scales, [scales.length]),
      }
    }
    const made = await make()
    const { dims: shape, data: values } = made.values
    const scales = made.scales.data as Float32Array
    await store.put(weight, transposed, { shape, values: values as Int8Array, scales })
    return made
  }
}

/** Bytes that this process may still take: its container's limit counts, where Node knows it. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}
