/**
 * Measures the speed of ONNX Runtime's matrix product on this machine, in float32 and int8 (without rounding the activations),
 * for the shapes of SmolLM2-135M's training steps and one large square.
 *
 *   npm run bench:gemm -- [--threads 2]
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { printLoad } from '../timing/figures.ts'
import { type GemmShape, gemmPeak, gemmSpeed } from '../timing/gemm-peak.ts'

const { values } = parseArgs({
  options: { threads: { type: 'string', default: String(availableParallelism()) } },
})
const threads = Number(values.threads)

// Batches of 8 and 16 with their prefix: attention, into the MLP, out of it, logits.
const shapes: readonly GemmShape[] = [562, 2098].flatMap((rows): GemmShape[] => [
  [rows, 576, 576],
  [rows, 576, 1536],
  [rows, 1536, 576],
  [rows, 576, 49152],
])

printLoad('before')
const table = [['rows × depth × columns', 'float32', 'int8']]
const best = { float32: 0, int8: 0 }
for (const shape of [...shapes, [2048, 2048, 2048] as const]) {
  const float32 = await gemmSpeed('float32', shape, { threads })
  const int8 = await gemmSpeed('int8', shape, { threads })
  best.float32 = Math.max(best.float32, float32)
  best.int8 = Math.max(best.int8, int8)
  table.push([shape.join(' × '), float32.toFixed(0), int8.toFixed(0)])
}
table.push(['best', best.float32.toFixed(0), best.int8.toFixed(0)])
const peaks = [await gemmPeak('float32', { threads }), await gemmPeak('int8', { threads })]
table.push(['gemmPeak', ...peaks.map((peak) => peak.toFixed(0))])
console.log(`GFLOPS with ${threads} threads\n${formatTable(table)}`)
printLoad('after')
