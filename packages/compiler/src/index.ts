export { type EncodedProgram, encodeProgram } from './encoded-program.ts'
export type {
  GraphConstant,
  GraphInput,
  GraphNode,
  GraphOutput,
  GraphTensor,
  OnnxGraph,
  QuantizedPart,
} from './graph.ts'
export { encodeOnnx } from './onnx/encode-onnx.ts'
export { onnxBackend } from './onnx-backend.ts'
export type { ExternalData, OnnxRuntime, RuntimeSession, RuntimeTensor } from './onnx-runtime.ts'
export { quantizeWeight } from './quantize-weight.ts'
export { type StandaloneOptions, standaloneGraph } from './standalone-graph.ts'
export { type TraceOptions, traceProgram } from './trace-program.ts'
export { wordsOf } from './words-of.ts'
