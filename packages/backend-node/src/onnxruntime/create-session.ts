import { wordsOf } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import { InferenceSession } from 'onnxruntime-node'

export interface SessionPlace {
  readonly device: Device
  /** Threads of one run on the CPU. */
  readonly threads: number
}

/** A session for an encoded graph. Throws `BACKEND_FAILED` with ONNX Runtime's words. */
export async function createSession(
  model: Uint8Array,
  { device, threads }: SessionPlace,
  more: InferenceSession.SessionOptions = {},
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: executionProviders(device),
      // Graphs come folded from the tracer: on the processor ONNX Runtime's own rewriting doubles the time to load one
      // and makes a step 1% faster. Devices are left to choose their layouts.
      graphOptimizationLevel: device === 'cpu' ? 'disabled' : 'all',
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
      // An arena is each session's own and never shrinks: with many shapes of batches they come to many times what any
      // program needs. Without one, what a run gives back serves the next, whichever program that is of.
      enableCpuMemArena: device !== 'cpu',
      ...more,
      enableMemPattern: false,
      // Threads wait for work in a loop, within a run: beyond it they would take the processor from JavaScript and other sessions.
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

/** The providers of a device, in the order in which they take operators: what a GPU's has not got, the CPU's has. */
export function executionProviders(device: Device): InferenceSession.ExecutionProviderConfig[] {
  return device === 'cpu' ? ['cpu'] : [device, 'cpu']
}
