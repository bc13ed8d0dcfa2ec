import { wordsOf } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import { InferenceSession } from './onnxruntime.ts'

export interface SessionPlace {
  readonly device: Device
  /** Threads of one run on the CPU. */
  readonly threads: number
}

/** A session for an encoded graph. Throws `BACKEND_FAILED` with ONNX Runtime's message. */
export async function createSession(
  model: Uint8Array,
  { device, threads }: SessionPlace,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: executionProviders(device),
      // The tracer already folds graphs: on the CPU, ONNX Runtime's own optimizations double the time to load a graph and make a
      // step only 1% faster. Devices are left to choose their layouts.
      graphOptimizationLevel: device === 'cpu' ? 'disabled' : 'all',
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      // Each session has an arena of its own, which never shrinks: with many batch shapes, arenas add up to many times what any
      // program needs. Without arenas, the memory that a run frees serves the next run of any program.
      enableCpuMemArena: device !== 'cpu',
      ...more,
      enableMemPattern: false,
      // Within a run, threads spin while they wait for work. Beyond it, they would take the CPU from JavaScript and other
      // sessions.
      extra: { session: { force_spinning_stop: '1' } },
    })
  } catch (cause) {
    throw new PatchError('BACKEND_FAILED', {
      expected: `ONNX Runtime to load a program for ${device}`,
      found: wordsOf(cause),
      remedy: remedies[device],
      cause,
    })
  }
}

const remedies: Readonly<Record<Device, string>> = {
  cpu: 'Please report it with the program: the graph should be valid',
  cuda: 'See docs/backends.md for the requirements of cuda, free some GPU memory, or use device cpu',
  webgpu: 'See docs/backends.md for the requirements of webgpu, free some GPU memory, or use device cpu',
}

/** Where ONNX Runtime runs programs. */
export type Device = 'cpu' | 'cuda' | 'webgpu'

/** The providers of a device, in order of preference: the CPU provider runs operators that a GPU's lacks. */
export function executionProviders(device: Device): InferenceSession.ExecutionProviderConfig[] {
  return device === 'cpu' ? ['cpu'] : [device, 'cpu']
}
