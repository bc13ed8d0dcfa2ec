import { encodeOnnx, standaloneGraph, traceProgram } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import type { DecoderProgram } from '@policypatch/core/patch'
import { expandWeight, type Weight } from '@policypatch/core/platform'

/** Largest protobuf message, in bytes. */
const LARGEST = 2 ** 31 - 1

/**
 * A decoder as the bytes of one ONNX model, weights included in float32: inputs `input_ids` and `position_ids` [1, T] and
 * `past_key_values.{i}.key|value` [1, kvHeads, P, D]; outputs `logits` [1, T, V] and `present.{i}.key|value`.
 *
 * @throws `UNSUPPORTED` if the weights exceed what a single ONNX file can hold, 2 GiB.
 */
export function onnxFile({ program, signature, names }: DecoderProgram): Uint8Array<ArrayBuffer> {
  const graph = traceProgram(program, signature)
  const used = graph.inputs.filter(({ source }) => source === 'weight')
  const bytes = used.reduce((sum, { shape }) => sum + 4 * shape.reduce((n, m) => n * m, 1), 0)
  if (bytes > LARGEST) {
    throw new PatchError('UNSUPPORTED', {
      expected: 'a model of at most 2 GiB in float32, the limit of one ONNX file',
      found: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
      remedy: 'Instead, export the keys and values of the patch for an ONNX export of the model',
    })
  }
  return encodeOnnx(
    standaloneGraph(graph, {
      names,
      weightOf: (key) => expandWeight(signature.weights[key] as Weight).data,
      free: (output) => (output.startsWith('present.') ? { 2: 'total_sequence' } : undefined),
    }),
  )
}
