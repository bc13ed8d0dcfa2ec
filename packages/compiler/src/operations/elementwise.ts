import { constant } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { broadcastShape, type Constant, type ElementType, sizeOf, type Value } from '../graph/value.ts'
import { beforeExpansion, expand } from './reshape.ts'

export interface ElementwiseOperator {
  readonly opType: string
  /** The operator on single numbers, to fold constants while tracing. */
  readonly evaluate?: (...operands: number[]) => number
}

/** Constants with more elements are computed when the graph runs. */
const largestFolded = 1 << 22

/**
 * Applies an operator elementwise with broadcasting. Operands that were already broadcast are used as they were before, and the
 * result is broadcast instead if needed: gradients of sums and means multiply by ones of the full shape, which costs nothing this
 * way.
 */
export function elementwise(
  graph: GraphBuilder,
  { opType, evaluate }: ElementwiseOperator,
  operands: readonly Value[],
  dtype: ElementType = operands[0]?.dtype ?? 'float32',
): Value {
  const shape = shapeOf(operands)
  if (evaluate && operands.every((operand) => operand.kind === 'constant') && sizeOf(shape) <= largestFolded)
    return evaluateConstants(evaluate, operands, shape, dtype)
  const narrow = operands.map(beforeExpansion)
  return expand(graph, graph.add(opType, narrow, { shape: shapeOf(narrow), dtype }), shape)
}

/** The number that all elements of `value` equal, if it is known while tracing. */
export function uniformNumber(value: Value): number | undefined {
  return value.kind === 'constant' && typeof value.data === 'number' ? value.data : undefined
}

function shapeOf(operands: readonly Value[]): readonly number[] {
  return operands.map((operand) => operand.shape).reduce(broadcastShape, [])
}

function evaluateConstants(
  evaluate: (...operands: number[]) => number,
  operands: readonly Constant[],
  shape: readonly number[],
  dtype: ElementType,
): Constant {
  const readers = operands.map((operand) => reader(operand, shape))
  if (operands.every(({ data }) => typeof data === 'number')) {
    return constant(rounded(evaluate(...readers.map((read) => read(0))), dtype), shape, dtype)
  }
  const values = Array.from({ length: sizeOf(shape) }, (_, index) =>
    evaluate(...readers.map((read) => read(index))),
  )
  return constant(values, shape, dtype)
}

/** Returns a function that reads an operand's element by flat index into the broadcast shape. */
function reader({ data, shape: own }: Constant, shape: readonly number[]): (index: number) => number {
  if (typeof data === 'number') return () => data
  const strides = broadcastStrides(own, shape)
  return (index) => {
    let rest = index
    let position = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1
      position += (rest % length) * (strides[axis] ?? 0)
      rest = Math.floor(rest / length)
    }
    return Number(data[position])
  }
}

function broadcastStrides(own: readonly number[], shape: readonly number[]): number[] {
  const strides: number[] = new Array(shape.length).fill(0)
  let stride = 1
  for (let axis = own.length - 1; axis >= 0; axis--) {
    const length = own[axis] ?? 1
    if (length !== 1) strides[axis + shape.length - own.length] = stride
    stride *= length
  }
  return strides
}

function rounded(value: number, dtype: ElementType): number {
  if (dtype === 'float32') return Math.fround(value)
  return dtype === 'bool' ? Number(value !== 0) : Math.trunc(value)
}
