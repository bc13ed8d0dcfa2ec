import { constant, integers, scalar } from '../graph/constant.ts'
import type { OnnxGraph, QuantizedForm, QuantizedType } from '../graph/graph.ts'
import { graphBuilder } from '../graph/graph-builder.ts'
import type { Result } from '../graph/value.ts'
import { elementwise } from '../operations/elementwise.ts'
import { multiply } from '../operations/multiply.ts'
import { rotateBlocks } from '../operations/rotate-blocks.ts'
import { transpose } from '../operations/transpose.ts'

/**
 * The graph that rotates the columns of a matrix `w` of a given shape (or of its transpose) as `rotateBlocks` rotates rows,
 * giving v, and rounds each to a byte: `values`[i, j] = round(v[i, j] / scales[j]) with `scales`[j] = max over i of |v[i, j]| /
 * 127, plus 128 for the type uint8. A column of zeros stays zero.
 */
export function quantizeWeight(shape: readonly number[], { transposed, type }: QuantizedForm): OnnxGraph {
  const graph = graphBuilder()
  const w = graph.input('input', 'w', { shape, dtype: 'float32' })
  // Round as rows, because ONNX Runtime is slow with scales along the last axis.
  const rows = rotateBlocks(graph, transposed ? w : transpose(graph, w, [1, 0]))
  const [count = 1] = rows.shape
  const largest = graph.add(
    'ReduceMax',
    [graph.add('Abs', [rows], rows), integers([1])],
    { shape: [count], dtype: 'float32' },
    { keepdims: 0 },
  )
  const least = elementwise(graph, { opType: 'Max' }, [largest, scalar(1e-30, 'float32')])
  const scales = multiply(graph, least, scalar(1 / 127, 'float32'))
  const rounded = graph.add(
    'QuantizeLinear',
    [rows, scales, constant(type === 'uint8' ? 128 : 0, [count], type)],
    { shape: rows.shape, dtype: type },
    { axis: 0 },
  )
  return graph.finish({ values: transpose(graph, rounded, [1, 0]), scales })
}

/** The graph that joins quantized pieces of `size` columns each (the last may have fewer) to [rows, columns]. */
export function joinColumns(
  [rows, columns]: readonly [number, number],
  size: number,
  type: QuantizedType,
): OnnxGraph {
  const graph = graphBuilder()
  const values: Result[] = []
  const scales: Result[] = []
  for (let from = 0; from < columns; from += size) {
    const count = Math.min(size, columns - from)
    const name = values.length
    values.push(graph.input('input', `values.${name}`, { shape: [rows, count], dtype: type }))
    scales.push(graph.input('input', `scales.${name}`, { shape: [count], dtype: 'float32' }))
  }
  return graph.finish({
    values: graph.add('Concat', values, { shape: [rows, columns], dtype: type }, { axis: 1 }),
    scales: graph.add('Concat', scales, { shape: [columns], dtype: 'float32' }, { axis: 0 }),
  })
}
