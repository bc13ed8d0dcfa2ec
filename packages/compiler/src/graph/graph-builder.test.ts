import { expect, it } from 'vitest'
import { graphBuilder } from './graph-builder.ts'

const spec = { shape: [2], dtype: 'float32' } as const

it('gives equal operations once, and those of another domain apart', () => {
  const graph = graphBuilder()
  const x = graph.input('input', 'x', spec)
  const own = graph.add('Gelu', [x], spec)
  const contributed = graph.add('Gelu', [x], spec, {}, 'com.microsoft')
  expect(graph.add('Gelu', [x], spec)).toBe(own)
  expect(graph.add('Gelu', [x], spec, {}, 'com.microsoft')).toBe(contributed)
  const { nodes } = graph.finish({ own, contributed })
  expect(nodes.map(({ opType, domain }) => [opType, domain])).toEqual([
    ['Gelu', ''],
    ['Gelu', 'com.microsoft'],
  ])
})
