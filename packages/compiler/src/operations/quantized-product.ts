import { constant, integers, scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { elementwise } from './elementwise.ts'
import { multiply } from './multiply.ts'
import { reshape } from './reshape.ts'
import { rotateBlocks } from './rotate-blocks.ts'
import type { Operand } from './transpose.ts'

/** Smaller products gain nothing from int8. */
const leastSide = 64

/**
 * x [rows, n] times a weight [n, columns] in int8. Rows of x and columns of the weight are rotated alike, divided by their
 * largest magnitude and rounded to [-127, 127], the weight in advance. Products are summed in int32 and scaled back. Undefined if
 * the right side is not a weight, the product is small, or the precision is float32.
 */
export function quantizedProduct(graph: GraphBuilder, left: Operand, right: Operand): Value | undefined {
  const { value: x } = left
  if (graph.precision !== 'int8' || left.transposed || x.kind === 'constant' || x.shape.length !== 2)
    return undefined
  if (right.rows < leastSide || right.columns < leastSide) return undefined
  const weight = graph.quantized(right.value, right.transposed)
  if (!weight) return undefined
  const output = { shape: [left.rows, right.columns], dtype: 'float32' } as const
  // Also for a single row: ONNX Runtime's DynamicQuantizeMatMul would be 5% faster, but round the row differently than in a
  // batch.
  const { values, scale } = quantizedRows(graph, rotateBlocks(graph, x))
  const product = graph.add(
    'MatMulIntegerToFloat',
    [
      ...[values, weight.values, scalar(1, 'float32'), weight.scales, zeroPoint([])],
      ...(weight.values.dtype === 'uint8' ? [zeroPoint([])] : []),
    ],
    output,
    {},
    'com.microsoft',
  )
  return multiply(graph, product, scale)
}

/** MLAS multiplies unsigned bytes on the left fastest, so rows are shifted to be unsigned. For weights, see `exactWeightType`. */
const zeroPoint = (shape: readonly number[]) => constant(128, shape, 'uint8')

/** Rows as uint8 around 128, and the scale of each, [rows, 1]. */
function quantizedRows(graph: GraphBuilder, x: Value): { values: Value; scale: Value } {
  const [rows = 0] = x.shape
  const magnitudes = graph.add('Abs', [x], x)
  const largest = graph.add(
    'ReduceMax',
    [magnitudes, integers([-1])],
    { shape: [rows, 1], dtype: 'float32' },
    { keepdims: 1 },
  )
  // Avoids a scale of 0 for a row of zeros.
  const scale = multiply(
    graph,
    elementwise(graph, { opType: 'Max' }, [largest, scalar(1e-30, 'float32')]),
    scalar(1 / 127, 'float32'),
  )
  const values = graph.add(
    'QuantizeLinear',
    [x, reshape(graph, scale, [rows]), zeroPoint([rows])],
    { shape: x.shape, dtype: 'uint8' },
    { axis: 0 },
  )
  return { values, scale }
}
