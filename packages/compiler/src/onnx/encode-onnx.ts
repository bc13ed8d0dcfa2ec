import { create, toBinary } from '@bufbuild/protobuf'
import type { GraphConstant, GraphNode, GraphTensor, OnnxGraph } from '../graph.ts'
import { type Attribute, elementTypeCodes } from '../value.ts'
import { AttributeProto_AttributeType as AttributeType, ModelProtoSchema } from './onnx_pb.js'

const opset = 18n
const irVersion = 8n

/** The graph as the bytes of an ONNX model file. */
export function encodeOnnx({ inputs, outputs, constants, nodes }: OnnxGraph): Uint8Array<ArrayBuffer> {
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
      initializer: constants.map(encodeConstant),
      input: inputs.map(encodeDeclaration),
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

function encodeDeclaration({ name, shape, dtype }: GraphTensor) {
  const dim = shape.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } }))
  const tensorType = { elemType: elementTypeCodes[dtype], shape: { dim } }
  return { name, type: { value: { case: 'tensorType' as const, value: tensorType } } }
}
