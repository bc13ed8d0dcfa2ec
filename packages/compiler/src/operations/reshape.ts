import { integers } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { sameShape, sizeOf, type Value } from '../graph/value.ts'

/** `value` with another shape of the same size. Chains of reshapes collapse into one, or none. */
export function reshape(graph: GraphBuilder, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value
  if (value.kind === 'constant') return { ...value, shape }
  const [source] = value.node?.opType === 'Reshape' ? value.node.inputs : []
  if (source) return reshape(graph, source, shape)
  return graph.add('Reshape', [value, graph.sizes.vector(shape)], { shape, dtype: value.dtype })
}

/** `value` broadcast to `shape`. */
export function expand(graph: GraphBuilder, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value
  if (value.kind === 'constant' && typeof value.data === 'number') return { ...value, shape }
  if (sizeOf(value.shape) === sizeOf(shape)) return reshape(graph, value, shape)
  return graph.add('Expand', [beforeExpansion(value), graph.sizes.vector(shape)], {
    shape,
    dtype: value.dtype,
  })
}

/** `value` before it was broadcast, or `value` itself if it was not. A uniform constant is a broadcast scalar. */
export function beforeExpansion(value: Value): Value {
  if (value.kind === 'constant') return typeof value.data === 'number' ? { ...value, shape: [] } : value
  const [source] = value.node?.opType === 'Expand' ? value.node.inputs : []
  return source ?? value
}

/** The part of `value` that starts at `begin` and has the shape `size`. */
export function slice(
  graph: GraphBuilder,
  value: Value,
  begin: readonly number[],
  size: readonly number[],
): Value {
  if (sameShape(value.shape, size)) return value
  if (value.kind === 'constant' && typeof value.data === 'number') return { ...value, shape: size }
  const axes = value.shape.flatMap((length, axis) => (length === size[axis] ? [] : [axis]))
  const starts = axes.map((axis) => begin[axis] ?? 0)
  const ends = axes.map((axis) => (begin[axis] ?? 0) + (size[axis] ?? 0))
  const inputs = [value, graph.sizes.vector(starts), graph.sizes.vector(ends), integers(axes)]
  return graph.add('Slice', inputs, { shape: size, dtype: value.dtype })
}
