import { availableParallelism, freemem } from 'node:os'
import { type OnnxRuntime, onnxBackend } from '@policypatch/compiler'
import type { Backend } from '@policypatch/core/platform'
import { createSession, type Device } from './create-session.ts'
import { type InferenceSession, Tensor } from './onnxruntime.ts'
import { programStore } from './program-store.ts'
import { toTensor, uploadedWeights } from './uploaded-weights.ts'
import { type RoundedWeight, type WeightStore, weightStore } from './weight-store.ts'

/**
 * How programs get their weights: `fed` in each run from their own memory, which costs nothing on the CPU; `uploaded` to the
 * device once for all programs; or `bound` into each program, with a copy in the device's memory for each.
 */
export type WeightPlacement = 'fed' | 'uploaded' | 'bound'

export interface OnnxruntimeBackendOptions {
  /** Where programs run. Default `cpu`. Use {@link checkDevice} to see whether the others are available. */
  readonly device?: Device
  /** Threads of one run on the CPU. Default: as many as this process may use. */
  readonly threads?: number
  /** Where compiled programs that have a key are kept for later processes. Default: nowhere. */
  readonly programFolder?: string | undefined
  /** Where weights that are rounded to int8 and have an origin are kept for later processes. Default: nowhere. */
  readonly weightFolder?: string | undefined
  /** Default: the best that ONNX Runtime's Node API offers for the device. `uploaded` is for webgpu only. */
  readonly weightPlacement?: WeightPlacement
}

const placements: Readonly<Record<Device, WeightPlacement>> = {
  cpu: 'fed',
  webgpu: 'uploaded',
  // Node cannot hold tensors in CUDA memory.
  cuda: 'bound',
}

/**
 * Runs programs with ONNX Runtime, each compiled to one graph, forward and gradient together; see the compiler's `onnxBackend`.
 * On a device, weights are sent there once, products are in float32 whatever the precision, and a run transfers only its feeds
 * and the requested outputs.
 *
 * Throws `UNSUPPORTED` for programs that cannot be traced, and `BACKEND_FAILED` with ONNX Runtime's message.
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
    // Node cannot tell how much memory a device has.
    ...(target === 'processor' && { availableMemory: freeMemory }),
  })
}

/** Reads quantized weights from a store; makes and stores those that are missing. */
function keptIn(store: WeightStore): NonNullable<OnnxRuntime<Tensor>['quantized']> {
  return async (weight, form, make) => {
    const kept = await store.get(weight, form)
    if (kept) {
      const { shape, values, scales } = kept
      return {
        values: new Tensor(form.type, values, shape),
        scales: new Tensor('float32', scales, [scales.length]),
      }
    }
    const made = await make()
    const { dims: shape, data: values } = made.values
    const scales = made.scales.data as Float32Array
    await store.put(weight, form, { shape, values: values as RoundedWeight['values'], scales })
    return made
  }
}

/** Bytes that this process may still allocate, within its container's limit if Node knows it. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number }
  return availableMemory?.() ?? freemem()
}
