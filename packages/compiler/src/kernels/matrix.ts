import { PatchError } from '@policypatch/core'
import type { GraphBuilder } from '../graph/graph-builder.ts'
import type { Value } from '../graph/value.ts'
import { elementwise } from '../operations/elementwise.ts'
import { matrixMultiply } from '../operations/matrix-multiply.ts'
import { type KernelTable, kernel } from './kernel.ts'

interface Flags {
  readonly transposeA: boolean
  readonly transposeB: boolean
}

const activations: Readonly<Record<string, string>> = { relu: 'Relu', sigmoid: 'Sigmoid' }

function activate(graph: GraphBuilder, value: Value, activation: string): Value {
  if (activation === 'linear') return value
  const opType = activations[activation]
  if (opType) return elementwise(graph, { opType }, [value])
  throw new PatchError('UNSUPPORTED', {
    expected: `one of the activations linear, ${Object.keys(activations).join(', ')} in fused.matMul`,
    found: activation,
    remedy: 'Write the activation as a separate operation',
  })
}

export const matrixKernels: KernelTable = {
  BatchMatMul: kernel<'a' | 'b', Flags>(({ a, b }, { transposeA, transposeB }, graph) =>
    matrixMultiply(graph, a, b, transposeA, transposeB),
  ),
  _FusedMatMul: (inputs, attributes, graph) => {
    const { a, b, bias } = inputs as { a: Value; b: Value; bias?: Value }
    const { transposeA, transposeB, activation } = attributes as Flags & { readonly activation: string }
    const product = matrixMultiply(graph, a, b, transposeA, transposeB)
    return activate(
      graph,
      bias ? elementwise(graph, { opType: 'Add' }, [product, bias]) : product,
      activation,
    )
  },
}
