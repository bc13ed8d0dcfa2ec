import type { OnnxGraph } from './graph.ts'
import { encodeOnnx } from './onnx/encode-onnx.ts'

/** A traced program as it is kept and loaded: the model file for a runtime, and what to feed and to read. */
export interface EncodedProgram {
  readonly inputs: OnnxGraph['inputs']
  readonly outputs: OnnxGraph['outputs']
  readonly model: Uint8Array
}

/** What of a graph is needed to run it. */
export function encodeProgram(graph: OnnxGraph): EncodedProgram {
  return { inputs: graph.inputs, outputs: graph.outputs, model: encodeOnnx(graph) }
}
