import { backend_util, slice_util, type Tensor, util } from '@policypatch/core/tf'
import { integers, scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { type ElementType, sizeOf, type Value } from '../graph/value.ts'
import { cast } from '../operations/cast.ts'
import { expand, reshape, slice } from '../operations/reshape.ts'
import { transpose } from '../operations/transpose.ts'
import { type KernelTable, kernel, variadicKernel } from './kernel.ts'

function fromTheFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

function concatenate(graph: GraphBuilder, values: readonly Value[], axis: number): Value {
  const parts = values.filter((value) => sizeOf(value.shape) > 0)
  const [first] = parts
  if (!first) return values[0] as Value
  if (parts.length === 1) return first
  const shape = [...first.shape]
  shape[axis] = parts.reduce((length, part) => length + (part.shape[axis] ?? 0), 0)
  return graph.add('Concat', parts, { shape, dtype: first.dtype }, { axis })
}

function split(graph: GraphBuilder, x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  if (sizes.length === 1) return [x]
  const outputs = sizes.map((size) => ({ shape: x.shape.with(axis, size), dtype: x.dtype }))
  return graph.addAll('Split', [x, graph.sizes.vector(sizes)], outputs, { axis })
}

function tile(graph: GraphBuilder, x: Value, reps: readonly number[]): Value {
  const shape = x.shape.map((length, axis) => length * (reps[axis] ?? 1))
  if (x.shape.every((length, axis) => length === 1 || reps[axis] === 1)) return expand(graph, x, shape)
  return graph.add('Tile', [x, integers(reps)], { shape, dtype: x.dtype })
}

export const shapeKernels: KernelTable = {
  Identity: kernel<'x'>(({ x }) => x),
  Cast: kernel<'x', { dtype: ElementType }>(({ x }, { dtype }, graph) => cast(graph, x, dtype)),
  Reshape: kernel<'x', { shape: number[] }>(({ x }, { shape }, graph) =>
    reshape(graph, x, util.inferFromImplicitShape(shape, sizeOf(x.shape))),
  ),
  ExpandDims: kernel<'input', { dim: number }>(({ input }, { dim }, graph) =>
    reshape(graph, input, input.shape.toSpliced(fromTheFront(dim, input.shape.length + 1), 0, 1)),
  ),
  Transpose: kernel<'x', { perm: number[] }>(({ x }, { perm }, graph) => transpose(graph, x, perm)),
  Concat: variadicKernel<{ axis: number }>((values, { axis }, graph) =>
    concatenate(graph, values, fromTheFront(axis, values[0]?.shape.length ?? 0)),
  ),
  Pack: variadicKernel<{ axis: number }>((values, { axis }, graph) => {
    const position = fromTheFront(axis, (values[0]?.shape.length ?? 0) + 1)
    const rows = values.map((value) => reshape(graph, value, value.shape.toSpliced(position, 0, 1)))
    return concatenate(graph, rows, position)
  }),
  SplitV: kernel<'x', { numOrSizeSplits: number[] | number; axis: number }>(
    ({ x }, { numOrSizeSplits, axis }, graph) => {
      const [position = 0] = util.parseAxisParam(axis, [...x.shape])
      return split(
        graph,
        x,
        backend_util.prepareSplitSize(x as unknown as Tensor, numOrSizeSplits, position),
        position,
      )
    },
  ),
  Unpack: kernel<'value', { axis: number }>(({ value }, { axis }, graph) => {
    const position = fromTheFront(axis, value.shape.length)
    const ones = new Array<number>(value.shape[position] ?? 0).fill(1)
    const shape = value.shape.toSpliced(position, 1)
    return split(graph, value, ones, position).map((part) => reshape(graph, part, shape))
  }),
  Slice: kernel<'x', { begin: number | number[]; size: number | number[] }>(
    ({ x }, { begin, size }, graph) => {
      const [starts, sizes] = slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]]
      return slice(graph, x, starts, sizes)
    },
  ),
  PadV2: kernel<'x', { paddings: [number, number][]; constantValue: number }>(
    ({ x }, { paddings, constantValue }, graph) => {
      const shape = x.shape.map(
        (length, axis) => length + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0),
      )
      if (sizeOf(shape) === sizeOf(x.shape)) return x
      const amounts = integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)])
      return graph.add('Pad', [x, amounts, scalar(constantValue, x.dtype)], { shape, dtype: x.dtype })
    },
  ),
  Tile: kernel<'x', { reps: number[] }>(({ x }, { reps }, graph) => tile(graph, x, reps)),
  BroadcastTo: kernel<'x', { shape: number[] }>(({ x }, { shape }, graph) => expand(graph, x, shape)),
}
