import type { EncodedProgram } from '@policypatch/compiler'
import type { NamedWeights, Weight } from '@policypatch/core'
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { WeightTensors } from './weight-tensors.ts'

/** The weights that a program is fed in each run, by the names of its inputs. */
export async function weightFeeds(
  { inputs }: EncodedProgram,
  weights: NamedWeights,
  tensors: WeightTensors,
): Promise<Record<string, Tensor>> {
  const feeds: Record<string, Tensor> = {}
  for (const { name, key, source, quantized, resident } of inputs) {
    // One after the other: the floats that a packed weight is quantized from are let go before the next.
    if (source === 'weight' && !resident) feeds[name] = await tensors.get(weights[key] as Weight, quantized)
  }
  return feeds
}

type ExternalData = NonNullable<InferenceSession.SessionOptions['externalData']>

/** What a program's file refers to, over the memory of the tensors that other programs are fed. */
export async function residentWeights(
  { inputs }: EncodedProgram,
  weights: NamedWeights,
  tensors: WeightTensors,
): Promise<ExternalData> {
  const files: { path: string; data: Uint8Array }[] = []
  for (const { name, key, quantized, resident } of inputs) {
    if (!resident) continue
    const { buffer, byteOffset, byteLength } = (await tensors.get(weights[key] as Weight, quantized))
      .data as Int8Array
    files.push({ path: name, data: new Uint8Array(buffer, byteOffset, byteLength) })
  }
  return files
}
