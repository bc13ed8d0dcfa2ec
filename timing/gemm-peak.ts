import { encodeOnnx, type GraphNode, type OnnxGraph } from '@policypatch/compiler'
import type { Precision } from '@policypatch/core/platform'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { median } from './figures.ts'

/** A product of [rows, depth] and [depth, columns]. */
export type GemmShape = readonly [rows: number, depth: number, columns: number]

export interface GemmOptions {
  readonly threads: number
}

/** Shapes that come closest to the peak: wide, deep and large enough. */
const peakShapes: readonly GemmShape[] = [
  [562, 576, 1536],
  [2098, 576, 1536],
  [2098, 1536, 576],
]

/** The peak GFLOPS of ONNX Runtime's matrix product over a few shapes. Takes about two seconds. */
export async function gemmPeak(precision: Precision, options: GemmOptions): Promise<number> {
  let best = 0
  for (const shape of peakShapes) best = Math.max(best, await gemmSpeed(precision, shape, options))
  return best
}

/**
 * GFLOPS of one product (a multiply-add counts as two) whose sides are both inputs, as weights are. int8 is uint8 times int8,
 * scaled back to float32, without rounding the left side. The median of runs that together take 0.3 s.
 */
export async function gemmSpeed(
  precision: Precision,
  shape: GemmShape,
  { threads }: GemmOptions,
): Promise<number> {
  // The same options as the backend.
  const session = await InferenceSession.create(encodeOnnx(productGraph(precision, shape)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    enableMemPattern: false,
  })
  try {
    const feeds = productFeeds(precision, shape)
    const seconds = median(await timeRuns(() => session.run(feeds)))
    return (2 * shape.reduce((product, n) => product * n, 1)) / seconds / 1e9
  } finally {
    await session.release()
  }
}

async function timeRuns(run: () => Promise<unknown>): Promise<number[]> {
  await run()
  const times: number[] = []
  let total = 0
  while (total < 0.3 || times.length < 3) {
    const start = performance.now()
    await run()
    const seconds = (performance.now() - start) / 1000
    times.push(seconds)
    total += seconds
  }
  return times
}

/** Only one corner of the product is returned, because copying all of it would add to the measured time. */
function productGraph(precision: Precision, [rows, depth, columns]: GemmShape): OnnxGraph {
  const int8 = precision === 'int8'
  const input = (name: string, shape: readonly number[], dtype: 'float32' | 'uint8' | 'int8') =>
    ({ name, key: name, source: 'input', shape, dtype }) as const
  const index = (name: string, value: bigint) =>
    ({ name, shape: [2], dtype: 'int64', data: BigInt64Array.of(value, value) }) as const
  const node = (opType: string, domain: string, inputs: string[], output: string): GraphNode => ({
    opType,
    domain,
    inputs,
    outputs: [output],
    attributes: {},
  })
  return {
    inputs: [
      input('x', [rows, depth], int8 ? 'uint8' : 'float32'),
      input('w', [depth, columns], int8 ? 'int8' : 'float32'),
      ...(int8 ? [input('scales', [columns], 'float32')] : []),
    ],
    outputs: [{ name: 'corner', key: 'corner', shape: [1, 1], dtype: 'float32' }],
    constants: [
      index('start', 0n),
      index('end', 1n),
      { name: 'axes', shape: [2], dtype: 'int64', data: BigInt64Array.of(0n, 1n) },
      ...(int8
        ? ([
            { name: 'scale', shape: [], dtype: 'float32', data: Float32Array.of(1) },
            { name: 'zero', shape: [], dtype: 'uint8', data: Uint8Array.of(128) },
          ] as const)
        : []),
    ],
    nodes: [
      int8
        ? node('MatMulIntegerToFloat', 'com.microsoft', ['x', 'w', 'scale', 'scales', 'zero'], 'product')
        : node('MatMul', '', ['x', 'w'], 'product'),
      node('Slice', '', ['product', 'start', 'end', 'axes'], 'corner'),
    ],
  }
}

/** Values over the whole range, because zeros and subnormal numbers may be faster or slower. */
function productFeeds(precision: Precision, [rows, depth, columns]: GemmShape): Record<string, Tensor> {
  const [left, right] = [rows * depth, depth * columns]
  // The low byte of the multiples of an odd number takes every value.
  const byte = (_: number, i: number) => Math.imul(i, 0x9e3779b1) >>> 24
  if (precision === 'float32') {
    const values = (length: number) => new Float32Array(length).map((_, i) => (byte(0, i) - 128) / 128)
    return {
      x: new Tensor('float32', values(left), [rows, depth]),
      w: new Tensor('float32', values(right), [depth, columns]),
    }
  }
  return {
    x: new Tensor('uint8', new Uint8Array(left).map(byte), [rows, depth]),
    w: new Tensor('int8', new Int8Array(right).map(byte), [depth, columns]),
    scales: new Tensor('float32', new Float32Array(columns).fill(0.01), [columns]),
  }
}
