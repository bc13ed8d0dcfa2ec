import { create, toBinary } from '@bufbuild/protobuf'
import { emptyArray } from '../graph/constant.ts'
import type { GraphConstant, GraphInput, GraphNode, GraphTensor, OnnxGraph } from '../graph/graph.ts'
import { type Attribute, elementTypeCodes, sizeOf } from '../graph/value.ts'
import {
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  ModelProtoSchema,
} from './onnx_pb.js'

const opset = 18n
const irVersion = 8n

/** Encodes the graph as an ONNX model file. Resident weights are only referenced, and must be supplied along with the file. */
export function encodeOnnx({ inputs, outputs, constants, nodes }: OnnxGraph): Uint8Array<ArrayBuffer> {
  const resident = inputs.filter((input) => input.resident)
  const fed = inputs.filter((input) => !input.resident)
  const model = create(ModelProtoSchema, {
    irVersion,
    producerName: 'policypatch',
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'com.microsoft', version: 1n },
    ],
    graph: {
      name: 'program',
      node: nodes.map(encodeNode),
      initializer: [...constants.map(encodeConstant), ...resident.map(encodeResident)],
      input: fed.map(encodeDeclaration),
      output: outputs.map(encodeDeclaration),
    },
  })
  return toBinary(ModelProtoSchema, model)
}

function encodeNode({ opType, domain, inputs, outputs, attributes }: GraphNode) {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...encodeAttribute(value) }))
  return { opType, domain, input: [...inputs], output: [...outputs], attribute }
}

function encodeAttribute(value: Attribute) {
  if (typeof value === 'number') return { type: AttributeType.INT, i: BigInt(value) }
  if (typeof value === 'string') return { type: AttributeType.STRING, s: new TextEncoder().encode(value) }
  if ('float' in value) return { type: AttributeType.FLOAT, f: value.float }
  return { type: AttributeType.INTS, ints: value.map(BigInt) }
}

function encodeConstant({ name, shape, dtype, data }: GraphConstant) {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>
  return { name, dims: shape.map(BigInt), dataType: elementTypeCodes[dtype], rawData }
}

function encodeResident({ name, shape, dtype }: GraphInput) {
  const length = sizeOf(shape) * emptyArray(dtype, 0).BYTES_PER_ELEMENT
  const entries = { location: name, offset: '0', length: `${length}` }
  return {
    name,
    dims: shape.map(BigInt),
    dataType: elementTypeCodes[dtype],
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  }
}

function encodeDeclaration({ name, shape, dtype, free }: GraphTensor) {
  const dim = shape.map((length, axis) => {
    const freeName = free?.[axis]
    return freeName === undefined
      ? { value: { case: 'dimValue' as const, value: BigInt(length) } }
      : { value: { case: 'dimParam' as const, value: freeName } }
  })
  const tensorType = { elemType: elementTypeCodes[dtype], shape: { dim } }
  return { name, type: { value: { case: 'tensorType' as const, value: tensorType } } }
}

/** A traced program as it is stored and loaded: the model file, the inputs to feed and the outputs to read. */
export interface EncodedProgram {
  readonly inputs: OnnxGraph['inputs']
  readonly outputs: OnnxGraph['outputs']
  readonly model: Uint8Array
}

/** The parts of a graph that are needed to run it. */
export function encodeProgram(graph: OnnxGraph): EncodedProgram {
  return { inputs: graph.inputs, outputs: graph.outputs, model: encodeOnnx(graph) }
}
