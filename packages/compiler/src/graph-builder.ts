import type { Precision } from '@policypatch/core'
import { elementsOf, integers, scalar } from './constant.ts'
import { constantPool } from './constant-pool.ts'
import type { GraphConstant, GraphInput, GraphNode, OnnxGraph } from './graph.ts'
import {
  type Attribute,
  type Constant,
  type ElementType,
  type Node,
  type Result,
  sizeOf,
  type Value,
} from './value.ts'

export interface OutputSpec {
  readonly shape: readonly number[]
  readonly dtype: ElementType
}

export interface GraphBuilder {
  /** How exactly products with weights are to be worked out. */
  readonly precision: Precision
  input(source: GraphInput['source'], key: string, spec: OutputSpec): Result
  /** The quantized parts of a weight, or of its transpose, as inputs; undefined for what is no weight. */
  quantized(value: Value, transposed: boolean): QuantizedWeight | undefined
  /** Adds a node, or gives the outputs of an equal one: a program is pure, so the same operation has the same value. */
  addAll(
    opType: string,
    inputs: readonly Value[],
    outputs: readonly OutputSpec[],
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): readonly Result[]
  /** The same for a node with one output. */
  add(
    opType: string,
    inputs: readonly Value[],
    output: OutputSpec,
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): Result
  /** The graph of what the outputs need, and nothing more. */
  finish(outputs: Readonly<Record<string, Value>>): OnnxGraph
}

export interface QuantizedWeight {
  /** int8 [rows, columns]. */
  readonly values: Result
  /** float32 [columns]. */
  readonly scales: Result
}

/** Above this a uniform constant is written as a scalar and expanded when the graph runs. */
const largestWrittenUniform = 64

export function graphBuilder(precision: Precision = 'float32'): GraphBuilder {
  const inputs = new Map<Result, GraphInput>()
  const nodes: Node[] = []
  const equalNodes = new Map<string, Node>()
  const identities = new Map<Value, number>()
  const pool = constantPool()
  const pooled = (value: Value): Value => (value.kind === 'constant' ? pool(value) : value)
  const identity = (value: Value): number => {
    const known = identities.get(value)
    if (known !== undefined) return known
    identities.set(value, identities.size)
    return identities.size - 1
  }

  const quantizedWeights = new Map<string, QuantizedWeight>()
  const addInput = (input: GraphInput): Result => {
    const { shape, dtype } = input
    const result: Result = { kind: 'result', shape, dtype, node: undefined }
    inputs.set(result, input)
    return result
  }

  const builder: GraphBuilder = {
    precision,
    quantized(value, transposed) {
      const weight = value.kind === 'result' ? inputs.get(value) : undefined
      if (weight?.source !== 'weight' || weight.shape.length !== 2) return undefined
      const name = `${weight.name}.int8${transposed ? '.transposed' : ''}`
      const known = quantizedWeights.get(name)
      if (known) return known
      const { source, key, shape } = weight
      const values = transposed ? shape.toReversed() : shape
      const columns = values.slice(1)
      const made = {
        values: addInput({
          name,
          source,
          key,
          shape: values,
          dtype: 'int8',
          quantized: { part: 'values', transposed },
        }),
        scales: addInput({
          name: `${name}.scales`,
          source,
          key,
          shape: columns,
          dtype: 'float32',
          quantized: { part: 'scales', transposed },
        }),
      }
      quantizedWeights.set(name, made)
      return made
    },
    input(source, key, { shape, dtype }) {
      return addInput({ name: `${source}.${key}`, source, key, shape, dtype })
    },
    addAll(opType, given, specs, attributes = {}, domain = '') {
      const operands = given.map(pooled)
      const key = `${opType}|${operands.map(identity)}|${JSON.stringify(attributes)}|${specs.map((spec) => `${spec.dtype}:${spec.shape}`)}`
      const known = equalNodes.get(key)
      if (known) return known.outputs
      const outputs: Result[] = []
      const node: Node = { opType, domain, inputs: operands, outputs, attributes }
      for (const { shape, dtype } of specs) outputs.push({ kind: 'result', shape, dtype, node })
      nodes.push(node)
      equalNodes.set(key, node)
      return outputs
    },
    add(opType, given, spec, attributes, domain) {
      return builder.addAll(opType, given, [spec], attributes, domain)[0] as Result
    },
    finish(outputs) {
      const final = Object.entries(outputs).map(([key, value]) => ({ key, value: pooled(value) }))
      // An output must come from a node of its own, so one that is an input, a constant or given twice is copied.
      const taken = new Set<Value>()
      for (const output of final) {
        const { value } = output
        if (value.kind === 'constant' || value.node === undefined || taken.has(value))
          output.value = copyOf(value, nodes)
        taken.add(output.value)
      }
      return writeGraph({ inputs, nodes, outputs: final, pooled })
    },
  }
  return builder
}

function copyOf(value: Value, nodes: Node[]): Result {
  const outputs: Result[] = []
  const node: Node = { opType: 'Identity', domain: '', inputs: [value], outputs, attributes: {} }
  const result: Result = { kind: 'result', shape: value.shape, dtype: value.dtype, node }
  outputs.push(result)
  nodes.push(node)
  return result
}

interface Recorded {
  readonly inputs: ReadonlyMap<Result, GraphInput>
  readonly nodes: readonly Node[]
  readonly outputs: readonly { readonly key: string; readonly value: Value }[]
  readonly pooled: (value: Value) => Value
}

/** Leaves out what no output needs, then gives every value a name. */
function writeGraph({ inputs, nodes, outputs, pooled }: Recorded): OnnxGraph {
  const needed = neededValues(
    nodes,
    outputs.map(({ value }) => value),
  )
  const names = new Map<Value, string>()
  const constants: GraphConstant[] = []
  const written: GraphNode[] = []
  for (const [result, { name }] of inputs) names.set(result, name)
  for (const { key, value } of outputs) names.set(value, `output.${key}`)

  const nameOf = (value: Value): string => {
    const known = names.get(value)
    if (known !== undefined) return known
    const name = `v${names.size}`
    names.set(value, name)
    if (value.kind === 'constant') writeConstant(value, name)
    return name
  }
  const writeConstant = (value: Constant, name: string): void => {
    const { shape, dtype, data } = value
    if (typeof data !== 'number' || sizeOf(shape) <= largestWrittenUniform) {
      constants.push({ name, shape, dtype, data: elementsOf(value) })
      return
    }
    const parts = [pooled(scalar(data, dtype)), pooled(integers(shape))]
    written.push({ opType: 'Expand', domain: '', inputs: parts.map(nameOf), outputs: [name], attributes: {} })
  }

  for (const node of nodes) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    const { opType, domain, attributes } = node
    // Inputs first: naming a constant may write the node that expands it.
    const operands = node.inputs.map(nameOf)
    written.push({ opType, domain, inputs: operands, outputs: node.outputs.map(nameOf), attributes })
  }
  return {
    inputs: [...inputs].flatMap(([result, input]) => (needed.has(result) ? [input] : [])),
    outputs: outputs.map(({ key, value: { shape, dtype } }) => ({
      name: `output.${key}`,
      key,
      shape,
      dtype,
    })),
    constants,
    nodes: written,
  }
}

function neededValues(nodes: readonly Node[], outputs: readonly Value[]): Set<Value> {
  const needed = new Set<Value>(outputs)
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    for (const input of node.inputs) needed.add(input)
  }
  return needed
}
