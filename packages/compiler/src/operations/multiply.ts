import { scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { broadcastShape, type Value } from '../graph/value.ts'
import { elementwise, uniformNumber } from './elementwise.ts'
import { expand } from './reshape.ts'

/** a · b. Factors of 1 cost nothing, and successive scalar factors of a tensor are merged. */
export function multiply(graph: GraphBuilder, a: Value, b: Value): Value {
  const factor = uniformNumber(a) ?? uniformNumber(b)
  if (factor === undefined) return elementwise(graph, operator, [a, b])
  const rest = uniformNumber(a) === undefined ? a : b
  const shape = broadcastShape(a.shape, b.shape)
  if (rest.kind === 'constant' || rest.dtype !== 'float32') return elementwise(graph, operator, [a, b])
  return expand(graph, scale(graph, rest, factor), shape)
}

const operator = { opType: 'Mul', evaluate: (a: number, b: number) => a * b }

function scale(graph: GraphBuilder, value: Value, factor: number): Value {
  const inner = scaledBy(value)
  const total = inner ? inner.factor * factor : factor
  const source = inner ? inner.value : value
  return total === 1 ? source : elementwise(graph, operator, [source, scalar(Math.fround(total), 'float32')])
}

function scaledBy(value: Value): { value: Value; factor: number } | undefined {
  const [first, second] = value.kind === 'result' && value.node?.opType === 'Mul' ? value.node.inputs : []
  if (!first || !second) return undefined
  const factor = uniformNumber(second)
  return factor === undefined ? undefined : { value: first, factor }
}
