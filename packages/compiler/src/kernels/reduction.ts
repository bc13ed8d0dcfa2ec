import { util } from '@policypatch/core/tf'
import { integers, scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { cast } from '../operations/cast.ts'
import { reshape } from '../operations/reshape.ts'
import { type Kernel, type KernelTable, kernel } from './kernel.ts'

interface ReductionAttributes {
  readonly axis?: number | number[]
  /** tfjs's name for the axes of Max. */
  readonly reductionIndices?: number | number[]
  readonly keepDims?: boolean
}

function reduction(opType: string): Kernel {
  return kernel<'x', ReductionAttributes>(({ x }, { axis, reductionIndices, keepDims }, graph) => {
    const axes = util.parseAxisParam((axis ?? reductionIndices) as number | number[], [...x.shape])
    return reduce(
      graph,
      opType,
      opType === 'ReduceMean' ? cast(graph, x, 'float32') : x,
      axes,
      keepDims ?? false,
    )
  })
}

function reduce(
  graph: GraphBuilder,
  opType: string,
  x: Value,
  axes: readonly number[],
  keepDims: boolean,
): Value {
  const shape = x.shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]))
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(graph, x, shape)
  return graph.add(opType, [x, integers(axes)], { shape, dtype: x.dtype }, { keepdims: Number(keepDims) })
}

function arg(opType: string): Kernel {
  return kernel<'x', { axis: number }>(({ x }, { axis }, graph) => {
    const [reduced = 0] = util.parseAxisParam(axis, [...x.shape])
    const shape = x.shape.filter((_, index) => index !== reduced)
    return cast(
      graph,
      graph.add(opType, [x], { shape, dtype: 'int64' }, { axis: reduced, keepdims: 0 }),
      'int32',
    )
  })
}

function alongAxis(graph: GraphBuilder, opType: string, x: Value, axis: number): Value {
  return graph.add(opType, [x], x, { axis: axis < 0 ? axis + x.shape.length : axis })
}

export const reductionKernels: KernelTable = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: kernel<'x', ReductionAttributes>(({ x }, attributes, graph) =>
    ofBool('ReduceMin', x, attributes, graph),
  ),
  Any: kernel<'x', ReductionAttributes>(({ x }, attributes, graph) =>
    ofBool('ReduceMax', x, attributes, graph),
  ),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Softmax: kernel<'logits', { dim: number }>(({ logits }, { dim }, graph) =>
    alongAxis(graph, 'Softmax', logits, dim),
  ),
  LogSoftmax: kernel<'logits', { axis: number }>(({ logits }, { axis }, graph) =>
    alongAxis(graph, 'LogSoftmax', logits, axis),
  ),
  Cumsum: kernel<'x', { axis: number; exclusive: boolean; reverse: boolean }>(
    ({ x }, { axis, exclusive, reverse }, graph) =>
      graph.add('CumSum', [x, scalar(axis, 'int32')], x, {
        exclusive: Number(exclusive),
        reverse: Number(reverse),
      }),
  ),
  TopK: kernel<'x', { k: number; sorted: boolean }>(({ x }, { k, sorted }, graph) => {
    const shape = [...x.shape.slice(0, -1), k]
    const outputs = [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int64' },
    ] as const
    const [values, indices] = graph.addAll('TopK', [x, integers([k])], outputs, {
      axis: -1,
      sorted: Number(sorted),
    })
    return [values as Value, cast(graph, indices as Value, 'int32')]
  }),
}

function ofBool(
  opType: string,
  x: Value,
  { axis, keepDims }: ReductionAttributes,
  graph: GraphBuilder,
): Value {
  const axes = util.parseAxisParam(axis as number | number[], [...x.shape])
  return cast(graph, reduce(graph, opType, cast(graph, x, 'int32'), axes, keepDims ?? false), 'bool')
}
