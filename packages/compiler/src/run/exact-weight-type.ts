import { constant, scalar } from '../graph/constant.ts'
import type { OnnxGraph, QuantizedType } from '../graph/graph.ts'
import { graphBuilder } from '../graph/graph-builder.ts'
import { encodeOnnx } from '../onnx/encode-onnx.ts'
import type { OnnxRuntime, RuntimeTensor } from './onnx-runtime.ts'

const [rows, depth] = [8, 64]

/** Bytes whose products, added in pairs, exceed 16 bits: 2 · 255 · 127 > 32767. */
const [left, right] = [255, 127]

/**
 * How to store weights so that products in int8 are exact on this processor. With int8 weights they are fastest where there are
 * instructions for them (VNNI, dot products of ARM). Without, as on x86 processors with AVX2 only, ONNX Runtime adds pairs of
 * products in 16 bits, which saturates (its quantization guide, "When and why do I need to try U8U8?"); with uint8 weights it
 * does not, and takes as long there. Both types give the same sums where they are exact.
 */
export async function exactWeightType<Tensor extends RuntimeTensor>({
  load,
}: OnnxRuntime<Tensor>): Promise<QuantizedType> {
  const session = await load(encodeOnnx(largestProduct()), [])
  try {
    const { data } = (await session.run({}, ['output.y']))['output.y'] as Tensor
    const exact = depth * (left - 128) * right
    return (data as Float32Array).every((sum) => sum === exact) ? 'int8' : 'uint8'
  } finally {
    await session.release()
  }
}

/** y = (left - 128) right, of constants [rows, depth] and [depth, depth]. */
function largestProduct(): OnnxGraph {
  const graph = graphBuilder()
  const y = graph.add(
    'MatMulIntegerToFloat',
    [
      constant(left, [rows, depth], 'uint8'),
      constant(right, [depth, depth], 'int8'),
      ...[scalar(1, 'float32'), scalar(1, 'float32'), scalar(128, 'uint8')],
    ],
    { shape: [rows, depth], dtype: 'float32' },
    {},
    'com.microsoft',
  )
  return graph.finish({ y })
}
