export type {
  GraphConstant,
  GraphInput,
  GraphNode,
  GraphOutput,
  GraphTensor,
  OnnxGraph,
  QuantizedForm,
  QuantizedPart,
  QuantizedType,
} from './graph/graph.ts'
export { type StandaloneOptions, standaloneGraph } from './graph/standalone-graph.ts'
export { type EncodedProgram, encodeOnnx, encodeProgram } from './onnx/encode-onnx.ts'
export { onnxBackend } from './run/onnx-backend.ts'
export type { ExternalData, OnnxRuntime, RuntimeSession, RuntimeTensor } from './run/onnx-runtime.ts'
export { wordsOf } from './run/onnx-runtime.ts'
export { quantizeWeight } from './run/quantize-weight.ts'
export { type TraceOptions, traceProgram } from './trace/trace-program.ts'
