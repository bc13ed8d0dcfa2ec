import { integers, scalar } from '../graph/constant.ts'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { elementwise } from '../operations/elementwise.ts'
import { multiply } from '../operations/multiply.ts'
import { reshape, slice } from '../operations/reshape.ts'
import { type KernelTable, kernel } from './kernel.ts'

/** Decoder steps for which ONNX Runtime has a single operator. Core composes them from others where these kernels are absent. */
export const fusedKernels: KernelTable = {
  /** x · σ(x). */
  PolicypatchSilu: kernel<'x'>(({ x }, _, graph) =>
    graph.add('QuickGelu', [x], x, { alpha: { float: 1 } }, 'com.microsoft'),
  ),
  /** x [rows, d] normalized and weighted, and the factor that each row was multiplied by, [rows, 1]. */
  PolicypatchRmsNorm: kernel<'x' | 'weight', { readonly epsilon: number }>(
    ({ x, weight }, { epsilon }, graph) => {
      const attributes = { axis: -1, epsilon: { float: epsilon } }
      const operator = 'SimplifiedLayerNormalization'
      if (graph.target === 'device')
        return [graph.add(operator, [x, weight], x, attributes), rowFactors(graph, x, epsilon)]
      const factors = { shape: [x.shape[0] ?? 1, 1], dtype: 'float32' } as const
      return graph.addAll(operator, [x, weight], [x, factors], attributes)
    },
  ),
  /** RoPE of x [rows, heads, D] with tables [rows, D]; the sign of rotate-half is folded into the sine. */
  PolicypatchRotate: kernel<'x' | 'cos' | 'sin'>(({ x, cos, sin }, _, graph) => {
    const [rows = 1, heads = 1, size = 1] = x.shape
    const half = size / 2
    const rotated = graph.add(
      'RotaryEmbedding',
      [
        reshape(graph, x, [1, rows, heads * size]),
        // Row i uses row i of the tables.
        integers([0]),
        slice(graph, cos, [0, 0], [rows, half]),
        // The first half is the second half negated.
        slice(graph, sin, [0, half], [rows, half]),
      ],
      { shape: [1, rows, heads * size], dtype: 'float32' },
      { num_heads: heads },
      'com.microsoft',
    )
    return reshape(graph, rotated, x.shape)
  }),
}

/**
 * (mean(x²) + ε)^(−1/2) of each row, [rows, 1]. Used on devices, because the second output of the webgpu provider's operator is
 * the mean of x instead.
 */
function rowFactors(graph: GraphBuilder, x: Value, epsilon: number): Value {
  const output = { shape: [x.shape[0] ?? 1, 1], dtype: 'float32' } as const
  const mean = graph.add('ReduceMean', [multiply(graph, x, x), integers([-1])], output, { keepdims: 1 })
  const shifted = elementwise(graph, { opType: 'Add' }, [mean, scalar(epsilon, 'float32')])
  return graph.add('Reciprocal', [graph.add('Sqrt', [shifted], output)], output)
}
