import { PatchError } from '@policypatch/core'
import { backend_util, slice_util, type Tensor, util } from '@policypatch/core/tf'
import { constant, integers, scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { type ElementType, sizeOf, type Value } from '../graph/value.ts'
import { cast } from '../operations/cast.ts'
import { elementwise } from '../operations/elementwise.ts'
import { reshape } from '../operations/reshape.ts'
import { transpose } from '../operations/transpose.ts'
import { type KernelTable, kernel } from './kernel.ts'

/** Row b of `indices` picks from row b of `x`: the rows are laid end to end, and the indices are shifted to match. */
function gatherWithin(graph: GraphBuilder, x: Value, indices: Value, axis: number, batchDims: number): Value {
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    backend_util.segment_util.collectGatherOpShapeInfo(
      x as unknown as Tensor,
      indices as unknown as Tensor,
      axis,
      batchDims,
    )
  const count = sizeOf(indices.shape) / batchSize
  const picked = transpose(graph, reshape(graph, x, [batchSize, outerSize, dimSize, sliceSize]), [0, 2, 1, 3])
  const rows = reshape(graph, picked, [batchSize * dimSize, outerSize * sliceSize])
  const firstRows = constant(
    Array.from({ length: batchSize }, (_, row) => row * dimSize),
    [batchSize, 1],
    'int32',
  )
  const flat = elementwise(graph, { opType: 'Add' }, [reshape(graph, indices, [batchSize, count]), firstRows])
  const shape = [batchSize, count, outerSize * sliceSize]
  const gathered = graph.add('Gather', [rows, flat], { shape, dtype: x.dtype }, { axis: 0 })
  const ordered = transpose(
    graph,
    reshape(graph, gathered, [batchSize, count, outerSize, sliceSize]),
    [0, 2, 1, 3],
  )
  return reshape(graph, ordered, outputShape)
}

function segmentSum(graph: GraphBuilder, x: Value, segmentIds: Value, segments: number): Value {
  if (segmentIds.shape.length !== 1) {
    throw new PatchError('UNSUPPORTED', {
      expected: 'segment ids of one axis in unsortedSegmentSum',
      found: `shape [${segmentIds.shape}]`,
      remedy: 'Flatten the segment ids and the axes they run over',
    })
  }
  const shape = [segments, ...x.shape.slice(1)]
  const rows = reshape(graph, cast(graph, segmentIds, 'int64'), [...segmentIds.shape, 1])
  const zeros = constant(0, shape, x.dtype)
  return graph.add('ScatterND', [zeros, rows, x], { shape, dtype: x.dtype }, { reduction: 'add' })
}

interface StridedSliceAttributes {
  readonly begin: number[]
  readonly end: number[]
  readonly strides: number[]
  readonly beginMask: number
  readonly endMask: number
  readonly ellipsisMask: number
  readonly newAxisMask: number
  readonly shrinkAxisMask: number
}

function stridedSlice(graph: GraphBuilder, x: Value, attributes: StridedSliceAttributes): Value {
  const {
    begin: from,
    end: to,
    strides: steps,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  } = attributes
  const { finalShape, finalShapeSparse, begin, end, strides } = slice_util.sliceInfo(
    [...x.shape],
    from,
    to,
    steps,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  )
  const sliced = slice_util.computeOutShape(begin, end, strides)
  // A backward slice that includes element 0 has the end −1, which ONNX would count from the back.
  const ends = end.map((stop, axis) => ((strides[axis] ?? 1) < 0 && stop < 0 ? -(2 ** 31) : stop))
  const inputs = [
    x,
    integers(begin),
    integers(ends),
    integers(sliced.map((_, axis) => axis)),
    integers(strides),
  ]
  const part = graph.add('Slice', inputs, { shape: sliced, dtype: x.dtype })
  return reshape(graph, part, finalShape ?? finalShapeSparse)
}

export const indexingKernels: KernelTable = {
  GatherV2: kernel<'x' | 'indices', { axis: number; batchDims: number }>(
    ({ x, indices }, { axis, batchDims }, graph) => {
      const [position = 0] = util.parseAxisParam(axis, [...x.shape])
      if (batchDims > 0) return gatherWithin(graph, x, indices, position, batchDims)
      const shape = [...x.shape.slice(0, position), ...indices.shape, ...x.shape.slice(position + 1)]
      return graph.add('Gather', [x, indices], { shape, dtype: x.dtype }, { axis: position })
    },
  ),
  UnsortedSegmentSum: kernel<'x' | 'segmentIds', { numSegments: number }>(
    ({ x, segmentIds }, { numSegments }, graph) => segmentSum(graph, x, segmentIds, numSegments),
  ),
  OneHot: kernel<'indices', { depth: number; onValue: number; offValue: number; dtype: ElementType }>(
    ({ indices }, { depth, onValue, offValue, dtype }, graph) => {
      const classes = constant(
        Int32Array.from({ length: depth }, (_, index) => index),
        [depth],
        'int32',
      )
      const column = reshape(graph, indices, [...indices.shape, 1])
      const hot = elementwise(graph, { opType: 'Equal' }, [column, classes], 'bool')
      const values = [scalar(onValue, dtype), scalar(offValue, dtype)]
      return elementwise(graph, { opType: 'Where' }, [hot, ...values], dtype)
    },
  ),
  TensorScatterUpdate: kernel<'tensor' | 'indices' | 'updates'>(({ tensor, indices, updates }, _, graph) =>
    graph.add('ScatterND', [tensor, cast(graph, indices, 'int64'), updates], tensor),
  ),
  StridedSlice: kernel<'x', StridedSliceAttributes>(({ x }, attributes, graph) =>
    stridedSlice(graph, x, attributes),
  ),
}
