/**
 * Tracing: a program is run once with tensors that have no values, so that what it computes, with its gradient, is written down
 * as a graph. tfjs does the differentiating; each of its kernels becomes nodes (kernels/, out of operations/).
 */

import { PatchError } from '@policypatch/core'
import type { NamedTensors, Signature, TensorProgram, TensorSpec } from '@policypatch/core/platform'
import * as tf from '@policypatch/core/tf'
import type { GraphInput, OnnxGraph } from '../graph/graph.ts'
import type { GraphOptions, Target } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { allKernels } from '../kernels/all-kernels.ts'
import { cast } from '../operations/cast.ts'
import { TracingBackend } from './tracing-backend.ts'

const backendName = 'policypatch-tracing'

export interface TraceOptions {
  /**
   * What is going to run the graph: ONNX Runtime's processor provider, or one for a device such as a GPU, for which
   * products are in float32 whatever the signature's precision. Default `processor`.
   */
  readonly target?: Target
}

/**
 * Runs `program` once on tensors without values and writes down what it does, gradients included, as one ONNX graph.
 * The tfjs engine is left as it was found. Throws `UNSUPPORTED` for a tfjs kernel that is not implemented, and for a
 * program that reads a value which depends on its inputs.
 */
export function traceProgram(
  program: TensorProgram,
  signature: Signature,
  { target = 'processor' }: TraceOptions = {},
): OnnxGraph {
  const precision = target === 'processor' ? signature.precision : 'float32'
  return onTracingBackend({ precision, target }, (backend) => {
    const inputs = placeholders(backend, 'input', signature.inputs)
    const weights = placeholders(backend, 'weight', weightSpecs(signature))
    const outputs = program(inputs, weights)
    const graph = backend.graph.finish(outputValues(backend, outputs))
    return signature.resident ? residentWeights(graph) : graph
  })
}

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

/** Runs leave float32 and int32 only, so what is true or false is given as 1 or 0. */
function outputValues(backend: TracingBackend, outputs: NamedTensors): Record<string, Value> {
  const entries = Object.entries(outputs).map(([key, tensor]) => {
    const value = backend.unwrap(tensor)
    return [key, value.dtype === 'bool' ? cast(backend.graph, value, 'int32') : value] as const
  })
  return Object.fromEntries(entries)
}

/** Makes a tracing backend tfjs's current one while `run` runs, and puts everything back whatever happens. */
function onTracingBackend(options: GraphOptions, run: (backend: TracingBackend) => OnnxGraph): OnnxGraph {
  const engine = tf.engine()
  const previous: string | null | undefined = engine.backendName
  const { numTensors, numDataBuffers, numBytes } = engine.state
  const counts = { numTensors, numDataBuffers, numBytes }
  const backend = new TracingBackend(options)
  registerKernels()
  tf.registerBackend(backendName, () => backend)
  try {
    // Both calls act before they return: no other program can come between.
    void tf.setBackend(backendName)
    let graph: OnnxGraph | undefined
    tf.tidy(() => {
      graph = run(backend)
    })
    return graph as unknown as OnnxGraph
  } catch (cause) {
    // What gradients kept for later would be counted for ever, though nothing holds it.
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

/** tfjs says that a kernel is missing in words only. */
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
 * The graph with its weights resident: ONNX Runtime then arranges a matrix for its products once, when it loads the
 * program, instead of each time that the program runs. Tables that rows are picked from stay fed, for they would only be
 * copied.
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
