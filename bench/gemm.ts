/**
 * How fast ONNX Runtime multiplies on this machine, in float32 and in int8, at the shapes of SmolLM2-135M's steps.
 *
 *   npm run bench:gemm -- [--threads 2]
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core'
import { type GemmShape, gemmSpeed, stepShapes } from './gemm-peak.ts'

const { values } = parseArgs({ options: { threads: { type: 'string', default: '2' } } })
const threads = Number(values.threads)
const shapes: readonly GemmShape[] = [...stepShapes, [32, 576, 1536], [256, 576, 49152], [1024, 1024, 1024]]
const table = [['rows x inner x columns', 'float32 GFLOPS', 'int8 GFLOPS', 'int8 / float32']]
for (const shape of shapes) {
  const [float32, int8] = [
    await gemmSpeed('float32', shape, { threads }),
    await gemmSpeed('int8', shape, { threads }),
  ]
  table.push([shape.join(' x '), float32.toFixed(0), int8.toFixed(0), (int8 / float32).toFixed(2)])
}
console.log(formatTable(table))
