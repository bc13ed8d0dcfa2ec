import type { GraphBuilder } from '../graph/graph-builder.ts'
import { broadcastShape, sameShape, type Value } from '../graph/value.ts'
import { quantizedProduct } from './quantized-product.ts'
import { beforeExpansion } from './reshape.ts'
import { operand, transpose } from './transpose.ts'

/** a · b over the last two axes, each operand transposed first if its flag is set. The leading axes broadcast. */
export function matrixMultiply(
  graph: GraphBuilder,
  a: Value,
  b: Value,
  transposeA: boolean,
  transposeB: boolean,
): Value {
  const left = operand(a, transposeA)
  const right = operand(b, transposeB)
  const quantized = quantizedProduct(graph, left, right)
  if (quantized) return quantized
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const shape = [...batch, left.rows, right.columns]
  const inputs = narrowed(left.value, right.value, batch)
  const output = { shape, dtype: 'float32' } as const
  if (!left.transposed && !right.transposed) return graph.add('MatMul', inputs, output)
  const attributes = { transA: Number(left.transposed), transB: Number(right.transposed) }
  if (graph.target === 'processor')
    return graph.add('FusedMatMul', inputs, output, attributes, 'com.microsoft')
  // The webgpu provider lacks this operator: it would run on the CPU, and all its operands would move there.
  if (inputs.every(({ shape: operandShape }) => operandShape.length === 2))
    return graph.add('Gemm', inputs, output, attributes)
  const [first, second] = inputs as [Value, Value]
  const straight = [
    left.transposed ? matrixTranspose(graph, first) : first,
    right.transposed ? matrixTranspose(graph, second) : second,
  ]
  return graph.add('MatMul', straight, output)
}

function matrixTranspose(graph: GraphBuilder, value: Value): Value {
  const rank = value.shape.length
  const axes = Array.from({ length: rank - 2 }, (_, axis) => axis)
  return transpose(graph, value, [...axes, rank - 1, rank - 2])
}

/** Lets MatMul broadcast an operand's batch axes, unless both expanded operands are needed to give the batch its shape. */
function narrowed(a: Value, b: Value, batch: readonly number[]): readonly Value[] {
  const candidates = [
    [beforeExpansion(a), beforeExpansion(b)],
    [a, beforeExpansion(b)],
    [beforeExpansion(a), b],
  ] as const
  const fits = candidates.find(
    ([left, right]) =>
      sameShape(left.shape.slice(-2), a.shape.slice(-2)) &&
      sameShape(right.shape.slice(-2), b.shape.slice(-2)) &&
      sameShape(broadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2)), batch),
  )
  return fits ?? [a, b]
}
