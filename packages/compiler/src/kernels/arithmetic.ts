import { scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { broadcastShape, sameShape, type Value } from '../graph/value.ts'
import { cast } from '../operations/cast.ts'
import { elementwise, uniformNumber } from '../operations/elementwise.ts'
import { multiply } from '../operations/multiply.ts'
import { expand } from '../operations/reshape.ts'
import { type Kernel, type KernelTable, kernel, variadicKernel } from './kernel.ts'

function binary(opType: string, evaluate: (a: number, b: number) => number): Kernel {
  return kernel<'a' | 'b'>(({ a, b }, _, graph) => elementwise(graph, { opType, evaluate }, [a, b]))
}

function add(graph: GraphBuilder, a: Value, b: Value): Value {
  const shape = broadcastShape(a.shape, b.shape)
  if (uniformNumber(a) === 0) return expand(graph, b, shape)
  if (uniformNumber(b) === 0) return expand(graph, a, shape)
  return elementwise(graph, { opType: 'Add', evaluate: (x, y) => x + y }, [a, b])
}

function subtract(graph: GraphBuilder, a: Value, b: Value): Value {
  if (uniformNumber(b) === 0) return expand(graph, a, broadcastShape(a.shape, b.shape))
  if (uniformNumber(a) === 0 && b.dtype === 'float32')
    return expand(
      graph,
      elementwise(graph, { opType: 'Neg', evaluate: (x) => -x }, [b]),
      broadcastShape(a.shape, b.shape),
    )
  return elementwise(graph, { opType: 'Sub', evaluate: (x, y) => x - y }, [a, b])
}

function divide(graph: GraphBuilder, a: Value, b: Value): Value {
  const divisor = uniformNumber(b)
  const foldable = divisor !== undefined && a.kind === 'result' && a.dtype === 'float32'
  if (foldable) return multiply(graph, a, { ...b, kind: 'constant', data: 1 / divisor })
  return elementwise(graph, { opType: 'Div', evaluate: (x, y) => x / y }, [a, b])
}

/**
 * tfjs rounds towards −∞ and returns int32. ONNX's integer Div rounds towards 0, so divide in float64, which holds every int32.
 */
function floorDivide(graph: GraphBuilder, a: Value, b: Value): Value {
  if (graph.target === 'device' && a.dtype === 'int32' && b.dtype === 'int32')
    return floorIntegers(graph, a, b)
  const dividend = a.dtype === 'int32' ? cast(graph, a, 'float64') : a
  const divisor = b.dtype === 'int32' ? cast(graph, b, 'float64') : b
  const quotient = elementwise(graph, { opType: 'Div' }, [dividend, divisor])
  return cast(graph, elementwise(graph, { opType: 'Floor' }, [quotient]), 'int32')
}

/**
 * Floor division without float64, which devices lack: subtracts 1 from the truncated quotient where remainder and divisor differ
 * in sign.
 */
function floorIntegers(graph: GraphBuilder, a: Value, b: Value): Value {
  const quotient = elementwise(graph, { opType: 'Div' }, [a, b])
  const rest = subtract(graph, a, multiply(graph, quotient, b))
  // float32 gives the right sign too, and a product of int32 values does not overflow in it.
  const signs = multiply(graph, cast(graph, rest, 'float32'), cast(graph, b, 'float32'))
  const isBelow = elementwise(graph, { opType: 'Less' }, [signs, scalar(0, 'float32')], 'bool')
  return subtract(graph, quotient, cast(graph, isBelow, 'int32'))
}

function squaredDifference(graph: GraphBuilder, a: Value, b: Value): Value {
  const difference = subtract(graph, a, b)
  return multiply(graph, difference, difference)
}

/** Broadcasts operands of unequal shapes first, because ONNX Runtime's webgpu kernel fails on some of them. */
function power(graph: GraphBuilder, a: Value, b: Value): Value {
  const operator = { opType: 'Pow', evaluate: (x: number, y: number) => x ** y }
  const broadcasts = !sameShape(a.shape, b.shape) && a.shape.length > 0 && b.shape.length > 0
  if (!broadcasts || (a.kind === 'constant' && b.kind === 'constant'))
    return elementwise(graph, operator, [a, b])
  const shape = broadcastShape(a.shape, b.shape)
  const operands = [expand(graph, a, shape), expand(graph, b, shape)]
  return graph.add('Pow', operands, { shape, dtype: a.dtype })
}

export const arithmeticKernels: KernelTable = {
  Add: kernel<'a' | 'b'>(({ a, b }, _, graph) => add(graph, a, b)),
  AddN: variadicKernel((values, _, graph) => values.reduce((sum, value) => add(graph, sum, value))),
  Sub: kernel<'a' | 'b'>(({ a, b }, _, graph) => subtract(graph, a, b)),
  Multiply: kernel<'a' | 'b'>(({ a, b }, _, graph) => multiply(graph, a, b)),
  RealDiv: kernel<'a' | 'b'>(({ a, b }, _, graph) => divide(graph, a, b)),
  FloorDiv: kernel<'a' | 'b'>(({ a, b }, _, graph) => floorDivide(graph, a, b)),
  SquaredDifference: kernel<'a' | 'b'>(({ a, b }, _, graph) => squaredDifference(graph, a, b)),
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  Pow: kernel<'a' | 'b'>(({ a, b }, _, graph) => power(graph, a, b)),
  ClipByValue: kernel<'x', { clipValueMin: number; clipValueMax: number }>(
    ({ x }, { clipValueMin, clipValueMax }, graph) =>
      elementwise(
        graph,
        { opType: 'Clip', evaluate: (v, low, high) => Math.min(Math.max(v, low ?? v), high ?? v) },
        [x, scalar(clipValueMin, x.dtype), scalar(clipValueMax, x.dtype)],
      ),
  ),
}
