import { constant } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { type ElementType, elementTypeCodes, type Value } from '../graph/value.ts'
import { beforeExpansion, expand } from './reshape.ts'

/** Converts `value` to another element type: float to int rounds towards 0, and bool means "not 0". */
export function cast(graph: GraphBuilder, value: Value, dtype: ElementType): Value {
  if (value.dtype === dtype) return value
  if (value.kind === 'constant') {
    const convert = conversionTo(dtype)
    const { data: elements } = value
    const data =
      typeof elements === 'number'
        ? convert(elements)
        : Array.from(elements as ArrayLike<number | bigint>, (element) => convert(Number(element)))
    return constant(data, value.shape, dtype)
  }
  const narrow = beforeExpansion(value)
  const result = graph.add('Cast', [narrow], { shape: narrow.shape, dtype }, { to: elementTypeCodes[dtype] })
  return expand(graph, result, value.shape)
}

function conversionTo(dtype: ElementType): (element: number) => number {
  if (dtype === 'bool') return (element) => Number(element !== 0)
  return dtype === 'float32' || dtype === 'float64' ? (element) => element : Math.trunc
}
