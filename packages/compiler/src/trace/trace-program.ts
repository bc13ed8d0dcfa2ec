/**
 * Tracing runs a program once with tensors that have no values, and records what it computes, gradients included, as a graph.
 * tfjs differentiates; each of its kernels becomes nodes (kernels/, built from operations/).
 */

import { PatchError } from '@policypatch/core'
import type {
  NamedTensors,
  Precision,
  Signature,
  TensorProgram,
  TensorSpec,
} from '@policypatch/core/platform'
import * as tf from '@policypatch/core/tf'
import type { GraphInput, OnnxGraph, QuantizedType } from '../graph/graph.ts'
import type { GraphOptions, Target } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { allKernels } from '../kernels/all-kernels.ts'
import { cast } from '../operations/cast.ts'
import { TracingBackend } from './tracing-backend.ts'

const backendName = 'policypatch-tracing'

export interface TraceOptions {
  /**
   * What runs the graph: ONNX Runtime's CPU provider, or one for a device such as a GPU, where products are in float32 whatever
   * the signature's precision. Default `processor`.
   */
  readonly target?: Target
  /** How weights are stored in products in int8. Default `int8`. */
  readonly quantizedType?: QuantizedType
}

/**
 * Runs `program` once on tensors without values and records it, gradients included, as one ONNX graph. Leaves the tfjs engine as
 * it found it. Throws `UNSUPPORTED` for a tfjs kernel that is not implemented, and for a program that reads a value that depends
 * on its inputs.
 */
export function traceProgram(
  program: TensorProgram,
  signature: Signature,
  { target = 'processor', quantizedType = 'int8' }: TraceOptions = {},
): OnnxGraph {
  return onTracingBackend({ precision: precisionOn(target, signature), target, quantizedType }, (backend) => {
    const inputs = placeholders(backend, 'input', signature.inputs)
    const weights = placeholders(backend, 'weight', weightSpecs(signature))
    const outputs = program(inputs, weights)
    const graph = backend.graph.finish(outputValues(backend, outputs))
    return signature.resident ? residentWeights(graph) : graph
  })
}

/** Devices multiply in float32, whatever the signature says. */
export const precisionOn = (target: Target, { precision }: Signature): Precision | undefined =>
  target === 'processor' ? precision : 'float32'

function placeholders(
  backend: TracingBackend,
  source: GraphInput['source'],
  specs: Readonly<Record<string, TensorSpec>>,
): NamedTensors {
  const entries = Object.entries(specs).map(([key, spec]) => {
    const info = backend.wrap(backend.graph.input(source, key, spec))
    return [key, tf.engine().makeTensorFromTensorInfo(info, backend)] as const
  })
  return Object.fromEntries(entries)
}

function weightSpecs({ weights }: Signature): Record<string, TensorSpec> {
  const entries = Object.entries(weights).map(([key, weight]) => {
    const dtype = 'data' in weight && weight.data instanceof Int32Array ? 'int32' : 'float32'
    return [key, { shape: weight.shape, dtype }] as const
  })
  return Object.fromEntries(entries)
}

/** Runs return only float32 and int32, so booleans are returned as 1 or 0. */
function outputValues(backend: TracingBackend, outputs: NamedTensors): Record<string, Value> {
  const entries = Object.entries(outputs).map(([key, tensor]) => {
    const value = backend.unwrap(tensor)
    return [key, value.dtype === 'bool' ? cast(backend.graph, value, 'int32') : value] as const
  })
  return Object.fromEntries(entries)
}

/** Makes a tracing backend tfjs's current one during `run`, and restores the previous state in any case. */
function onTracingBackend(options: GraphOptions, run: (backend: TracingBackend) => OnnxGraph): OnnxGraph {
  const engine = tf.engine()
  const previous: string | null | undefined = engine.backendName
  const { numTensors, numDataBuffers, numBytes } = engine.state
  const counts = { numTensors, numDataBuffers, numBytes }
  const backend = new TracingBackend(options)
  registerKernels()
  tf.registerBackend(backendName, () => backend)
  try {
    // Both calls take effect before they return, so no other program can interfere.
    void tf.setBackend(backendName)
    let graph: OnnxGraph | undefined
    tf.tidy(() => {
      graph = run(backend)
    })
    return graph as unknown as OnnxGraph
  } catch (cause) {
    // Otherwise tensors kept for gradients would be counted forever, although nothing references them.
    Object.assign(engine.state, counts)
    throw unsupportedKernel(cause) ?? cause
  } finally {
    tf.removeBackend(backendName)
    if (previous) void tf.setBackend(previous)
  }
}

function registerKernels(): void {
  for (const [kernelName, write] of Object.entries(allKernels)) {
    if (tf.getKernel(kernelName, backendName)) continue
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const tracing = backend as TracingBackend
        const unwrapped = Array.isArray(inputs)
          ? inputs.map((info) => tracing.unwrap(info))
          : mapValues(inputs, (info) => tracing.unwrap(info))
        const result = write(unwrapped, attrs ?? {}, tracing.graph)
        return isList(result) ? result.map((value) => tracing.wrap(value)) : tracing.wrap(result)
      },
    })
  }
}

function isList(result: Value | readonly Value[]): result is readonly Value[] {
  return Array.isArray(result)
}

function mapValues(
  inputs: tf.NamedTensorInfoMap,
  map: (info: tf.TensorInfo) => Value,
): Record<string, Value | undefined> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, info]) => [name, info ? map(info) : undefined]),
  )
}

/** tfjs reports a missing kernel only in an error message. */
function unsupportedKernel(cause: unknown): PatchError | undefined {
  const match = /[Kk]ernel '([^']+)' (?:not registered )?for backend/.exec(
    cause instanceof Error ? cause.message : '',
  )
  if (!match?.[1]) return undefined
  return new PatchError('UNSUPPORTED', {
    expected: 'a program of tfjs kernels that can be written as ONNX',
    found: `the kernel ${match[1]}`,
    remedy: 'Write that step with other operations, or run the program on an eager backend',
    cause,
  })
}

/**
 * The graph with resident weights: ONNX Runtime then packs a matrix for its products once, when it loads the program, instead of
 * in every run. Tables that rows are picked from are still fed, because they would only be copied.
 */
export function residentWeights(graph: OnnxGraph): OnnxGraph {
  const tables = new Set(
    graph.nodes.flatMap(({ opType, inputs }) => (opType === 'Gather' ? inputs.slice(0, 1) : [])),
  )
  return {
    ...graph,
    inputs: graph.inputs.map((input) =>
      input.source === 'weight' && !tables.has(input.name) ? { ...input, resident: true } : input,
    ),
  }
}
