import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Node, Value } from '../graph/value.ts'
import { reshape } from './reshape.ts'

/** `value` with its axes in the order `permutation`. Consecutive transpositions collapse into one, or none. */
export function transpose(graph: GraphBuilder, value: Value, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => value.shape[axis] ?? 1)
  if (value.kind === 'constant' && typeof value.data === 'number') return { ...value, shape }
  if (keepsOrder(permutation, value.shape)) return reshape(graph, value, shape)
  const node = value.kind === 'result' ? value.node : undefined
  const source = node && transposedBy(node)
  if (source) {
    const composed = permutation.map((axis) => source.permutation[axis] ?? axis)
    return transpose(graph, source.value, composed)
  }
  return graph.add('Transpose', [value], { shape, dtype: value.dtype }, { perm: permutation })
}

/** If `value` is a matrix transpose (last two axes swapped), the value that it is the transpose of. */
function matrixTransposeOf(value: Value): Value | undefined {
  const source = value.kind === 'result' && value.node && transposedBy(value.node)
  if (!source) return undefined
  const rank = source.permutation.length
  const swapped = source.permutation.every((axis, index) => {
    if (index === rank - 2) return axis === rank - 1
    return index === rank - 1 ? axis === rank - 2 : axis === index
  })
  return swapped ? source.value : undefined
}

function transposedBy(node: Node): { value: Value; permutation: readonly number[] } | undefined {
  const [value] = node.inputs
  const { perm } = node.attributes
  return node.opType === 'Transpose' && value && Array.isArray(perm)
    ? { value, permutation: perm }
    : undefined
}

/** Whether only axes of length 1 move, so that no element moves in memory. */
function keepsOrder(permutation: readonly number[], shape: readonly number[]): boolean {
  const moving = permutation.filter((axis) => shape[axis] !== 1)
  return moving.every((axis, index) => index === 0 || axis > (moving[index - 1] ?? 0))
}

/** One side of a matrix product. */
export interface Operand {
  readonly value: Value
  readonly transposed: boolean
  readonly rows: number
  readonly columns: number
}

/** Folds a transposition before the product into the operand's flag. */
export function operand(value: Value, transposed: boolean): Operand {
  const source = matrixTransposeOf(value)
  if (source) return operand(source, !transposed)
  const [first = 1, second = 1] = value.shape.slice(-2)
  return { value, transposed, rows: transposed ? second : first, columns: transposed ? first : second }
}
