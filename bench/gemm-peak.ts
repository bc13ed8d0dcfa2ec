import { createRequire } from 'node:module'
import { encodeOnnx, type OnnxGraph } from '@policypatch/compiler'
import type { Precision } from '@policypatch/core'

// onnxruntime-node belongs to the backend's package.
const require = createRequire(new URL('../packages/backend-node/package.json', import.meta.url))
const { InferenceSession, Tensor } = require('onnxruntime-node') as typeof import('onnxruntime-node')

/** Rows, inner length and columns of a product x [m, k] · w [k, n]. */
export type GemmShape = readonly [m: number, k: number, n: number]

/** Those of SmolLM2-135M's steps, without the logits. */
export const stepShapes: readonly GemmShape[] = [
  [562, 576, 1536],
  [562, 1536, 576],
  [1058, 576, 1536],
  [2098, 576, 1536],
]

export interface GemmOptions {
  readonly threads: number
  /** Least time that a shape is run for. Default 0.3. */
  readonly seconds?: number
}

/** The most that ONNX Runtime's product reaches over the shapes of a step, in GFLOPS (10⁹ per second). */
export async function gemmPeak(precision: Precision, options: GemmOptions): Promise<number> {
  let best = 0
  for (const shape of stepShapes) best = Math.max(best, await gemmSpeed(precision, shape, options))
  return best
}

/** GFLOPS of one shape at the median of its runs; the weight is fed, as in a step. */
export async function gemmSpeed(
  precision: Precision,
  [m, k, n]: GemmShape,
  { threads, seconds = 0.3 }: GemmOptions,
): Promise<number> {
  const session = await InferenceSession.create(encodeOnnx(productGraph(precision, [m, k, n])), {
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: threads,
  })
  const feeds =
    precision === 'int8'
      ? {
          x: new Tensor('uint8', new Uint8Array(m * k).fill(129), [m, k]),
          w: new Tensor('int8', new Int8Array(k * n).fill(1), [k, n]),
        }
      : {
          x: new Tensor('float32', new Float32Array(m * k).fill(0.5), [m, k]),
          w: new Tensor('float32', new Float32Array(k * n).fill(0.5), [k, n]),
        }
  try {
    await session.run(feeds)
    const times: number[] = []
    const end = performance.now() + 1000 * seconds
    while (performance.now() < end || times.length < 5) {
      const start = performance.now()
      await session.run(feeds)
      times.push(performance.now() - start)
    }
    const median = times.sort((a, b) => a - b)[times.length >> 1] as number
    return (2 * m * k * n) / median / 1e6
  } finally {
    await session.release()
  }
}

/** The product, and of its result the sum alone, so that nothing but arithmetic is timed. */
function productGraph(precision: Precision, [m, k, n]: GemmShape): OnnxGraph {
  const int8 = precision === 'int8'
  const input = (name: string, shape: number[], dtype: 'float32' | 'uint8' | 'int8') =>
    ({ name, key: name, source: 'input', shape, dtype }) as const
  const row = { name: 'row', shape: [1], dtype: 'int64', data: BigInt64Array.of(0n) } as const
  const quantization = [
    { name: 'one', shape: [], dtype: 'float32', data: Float32Array.of(1) },
    { name: 'scales', shape: [n], dtype: 'float32', data: new Float32Array(n).fill(1) },
    { name: 'zero', shape: [], dtype: 'uint8', data: Uint8Array.of(128) },
  ] as const
  const [domain, opType, inputs] = int8
    ? (['com.microsoft', 'MatMulIntegerToFloat', ['x', 'w', 'one', 'scales', 'zero']] as const)
    : (['', 'MatMul', ['x', 'w']] as const)
  return {
    inputs: [input('x', [m, k], int8 ? 'uint8' : 'float32'), input('w', [k, n], int8 ? 'int8' : 'float32')],
    outputs: [{ name: 'y', key: 'y', shape: [1, n], dtype: 'float32' }],
    constants: [...(int8 ? quantization : []), row],
    nodes: [
      { opType, domain, inputs, outputs: ['product'], attributes: {} },
      { opType: 'Gather', domain: '', inputs: ['product', 'row'], outputs: ['y'], attributes: { axis: 0 } },
    ],
  }
}
