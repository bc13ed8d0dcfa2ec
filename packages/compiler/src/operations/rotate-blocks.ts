import { constant } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { reshape } from './reshape.ts'

/** Larger blocks spread outliers further and cost more. */
const largest = 64

/**
 * Multiplies every block of b consecutive columns of x [rows, n] by the orthogonal Hadamard matrix H/√b. This spreads an outlier
 * in one column over its block, so that rounding the row loses little (QuaRot, Ashkboos et al. 2024). Products do not change if
 * both sides are rotated: (x H)(w H)ᵀ = x wᵀ.
 */
export function rotateBlocks(graph: GraphBuilder, x: Value): Value {
  const [rows = 1, columns = 1] = x.shape
  const size = blockSize(columns)
  if (size === 1) return x
  const blocks = reshape(graph, x, [(rows * columns) / size, size])
  const rotated = graph.add('MatMul', [blocks, hadamard(size)], { shape: blocks.shape, dtype: 'float32' })
  return reshape(graph, rotated, x.shape)
}

/** The largest power of two, up to `largest`, that divides the number of columns. */
function blockSize(columns: number): number {
  let size = 1
  while (size < largest && columns % (2 * size) === 0) size *= 2
  return size
}

/** Sylvester's matrix divided by √size: the sign at (i, j) is the parity of the bits that i and j share. */
function hadamard(size: number): Value {
  const value = 1 / Math.sqrt(size)
  const elements = Array.from({ length: size * size }, (_, at) => {
    let shared = Math.floor(at / size) & (at % size)
    let sign = 1
    for (; shared !== 0; shared &= shared - 1) sign = -sign
    return sign * value
  })
  return constant(elements, [size, size], 'float32')
}
