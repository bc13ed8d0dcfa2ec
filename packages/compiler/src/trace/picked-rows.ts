import type { NamedWeights, Weight } from '@policypatch/core/platform'
import type { GraphInput, GraphNode, OnnxGraph } from '../graph/graph.ts'

/** Whether rows of a weight can be expanded separately. */
export const hasRows = (weight: Weight | undefined): boolean =>
  weight !== undefined && 'expand' in weight && weight.rows !== undefined

/**
 * Replaces packed tables that the graph only picks rows from, such as token embeddings, by inputs for those rows, so that a run
 * does not expand the whole table. Applies if every use of the table is a `Gather` of rows by an input of ids [n].
 */
export function pickedRows(graph: OnnxGraph, weights: NamedWeights): OnnxGraph {
  const inputs = new Map(graph.inputs.map((input) => [input.name, input]))
  const tables = graph.inputs.filter(
    ({ name, source, key, shape, quantized, resident }) =>
      source === 'weight' &&
      !quantized &&
      !resident &&
      shape.length === 2 &&
      hasRows(weights[key]) &&
      graph.nodes.every((node) => !node.inputs.includes(name) || idsOf(node, name, inputs) !== undefined),
  )
  const made = new Map<string, GraphInput>()
  const nodes = graph.nodes.map((node): GraphNode => {
    const table = tables.find(({ name }) => node.inputs.includes(name))
    const ids = table && idsOf(node, table.name, inputs)
    if (!table || !ids) return node
    const rows = rowsInput(table, ids)
    made.set(rows.name, rows)
    return { opType: 'Identity', domain: '', inputs: [rows.name], outputs: node.outputs, attributes: {} }
  })
  if (made.size === 0) return graph
  const used = new Set(nodes.flatMap((node) => node.inputs))
  return { ...graph, nodes, inputs: [...graph.inputs.filter(({ name }) => used.has(name)), ...made.values()] }
}

/** The ids of a node that only picks rows of a table; undefined for any other node. */
function idsOf(
  { opType, inputs: [data, ids = ''], attributes }: GraphNode,
  table: string,
  inputs: ReadonlyMap<string, GraphInput>,
): GraphInput | undefined {
  if (opType !== 'Gather' || data !== table || attributes.axis !== 0) return undefined
  const input = inputs.get(ids)
  return input?.source === 'input' && input.shape.length === 1 ? input : undefined
}

function rowsInput({ key, shape }: GraphInput, ids: GraphInput): GraphInput {
  const [length = 0] = ids.shape
  return {
    name: `weight.${key} at ${ids.key}`,
    source: 'weight',
    key,
    picked: ids.key,
    shape: [length, shape[1] as number],
    dtype: 'float32',
    ...(ids.free && { free: ids.free }),
  }
}
