import { elementsOf, integers, scalar } from './constant.ts'
import type { FreeSizes } from './free-sizes.ts'
import type { GraphConstant, GraphInput, GraphNode, OnnxGraph } from './graph.ts'
import { type Constant, type Node, type Result, sizeOf, type Value } from './value.ts'

/** Larger uniform constants are written as a scalar that is expanded when the graph runs. */
const largestWrittenUniform = 64

export interface Recorded {
  readonly inputs: ReadonlyMap<Result, GraphInput>
  readonly nodes: readonly Node[]
  readonly outputs: readonly { readonly key: string; readonly value: Value }[]
  readonly pooled: (value: Value) => Value
  readonly sizes: FreeSizes
}

/** Leaves out what no output needs, then names every value. */
export function writeGraph({ inputs, nodes, outputs, pooled, sizes }: Recorded): OnnxGraph {
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
    outputs: outputs.map(({ key, value: { shape, dtype } }) => {
      const free = sizes.names(key, shape)
      return { name: `output.${key}`, key, shape, dtype, ...(free && { free }) }
    }),
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
