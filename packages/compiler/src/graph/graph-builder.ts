/**
 * Builds graphs of ONNX nodes. Values are added as they are computed, constants are kept apart and written once, and lengths that
 * are known only when the graph runs (free-sizes) are computed in the graph.
 */

import type { Precision } from '@policypatch/core/platform'
import { constantPool } from './constant.ts'
import { type FreeSizes, freeSizes } from './free-sizes.ts'
import type { GraphInput, OnnxGraph, QuantizedType } from './graph.ts'
import type { Attribute, ElementType, Node, Result, Value } from './value.ts'
import { writeGraph } from './write-graph.ts'

/** Shape and type of a node's output. */
export interface OutputSpec {
  readonly shape: readonly number[]
  readonly dtype: ElementType
}

/** What runs a graph. Some operators are correct, or worth using, on only one of the two. */
export type Target = 'processor' | 'device'

export interface GraphOptions {
  /** Default `float32`. */
  readonly precision?: Precision | undefined
  /** Default `processor`. */
  readonly target?: Target | undefined
  /** How quantized weights are stored. Default `int8`. */
  readonly quantizedType?: QuantizedType | undefined
}

export interface GraphBuilder {
  /** The precision of products with weights. */
  readonly precision: Precision
  readonly target: Target
  /** The lengths that are known only when the graph runs. */
  readonly sizes: FreeSizes
  input(source: GraphInput['source'], key: string, spec: OutputSpec & Pick<GraphInput, 'free'>): Result
  /** The quantized parts of a weight matrix or of its transpose as inputs; undefined for any other value. */
  quantized(value: Value, transposed: boolean): QuantizedWeight | undefined
  /** Adds a node, or returns the outputs of an equal one: programs are pure, so equal operations have equal values. */
  addAll(
    opType: string,
    inputs: readonly Value[],
    outputs: readonly OutputSpec[],
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): readonly Result[]
  /** Like `addAll`, for a node with one output. */
  add(
    opType: string,
    inputs: readonly Value[],
    output: OutputSpec,
    attributes?: Readonly<Record<string, Attribute>>,
    domain?: string,
  ): Result
  /** The graph, reduced to what the outputs need. */
  finish(outputs: Readonly<Record<string, Value>>): OnnxGraph
}

export interface QuantizedWeight {
  /** int8 or uint8 [rows, columns]. */
  readonly values: Result
  /** float32 [columns]. */
  readonly scales: Result
}

export function graphBuilder({
  precision = 'float32',
  target = 'processor',
  quantizedType: type = 'int8',
}: GraphOptions = {}): GraphBuilder {
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

  const settled = (value: Value): Value =>
    value.kind === 'constant' ? pooled(builder.sizes.expanded(value)) : value

  const builder: GraphBuilder = {
    precision,
    target,
    sizes: freeSizes((...node) => builder.add(...node)),
    quantized(value, transposed) {
      const weight = value.kind === 'result' ? inputs.get(value) : undefined
      if (weight?.source !== 'weight' || weight.shape.length !== 2) return undefined
      const name = `${weight.name}.${type}${transposed ? '.transposed' : ''}`
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
          dtype: type,
          quantized: { part: 'values', transposed, type },
        }),
        scales: addInput({
          name: `${name}.scales`,
          source,
          key,
          shape: columns,
          dtype: 'float32',
          quantized: { part: 'scales', transposed, type },
        }),
      }
      quantizedWeights.set(name, made)
      return made
    },
    input(source, key, { shape, dtype, free = {} }) {
      const { sizes } = builder
      const standing = shape.map((length, axis) => {
        const name = free[axis]
        return name === undefined ? length : sizes.standIn(name)
      })
      const names = sizes.names(key, standing)
      const input = {
        name: `${source}.${key}`,
        source,
        key,
        shape: standing,
        dtype,
        ...(names && { free: names }),
      }
      const result = addInput(input)
      for (const [axis, name] of Object.entries(free)) sizes.found(name, result, Number(axis))
      return result
    },
    addAll(opType, given, specs, attributes = {}, domain = '') {
      const operands = given.map(settled)
      const key = `${domain}|${opType}|${operands.map(identity)}|${JSON.stringify(attributes)}|${specs.map((spec) => `${spec.dtype}:${spec.shape}`)}`
      const equal = equalNodes.get(key)
      if (equal) return equal.outputs
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
      const final = Object.entries(outputs).map(([key, value]) => ({ key, value: settled(value) }))
      // Each output needs a node of its own, so inputs, constants and repeated outputs are copied.
      const taken = new Set<Value>()
      for (const output of final) {
        const { value } = output
        if (value.kind === 'constant' || value.node === undefined || taken.has(value))
          output.value = copyOf(value, nodes)
        taken.add(output.value)
      }
      return writeGraph({ inputs, nodes, outputs: final, pooled, sizes: builder.sizes })
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
