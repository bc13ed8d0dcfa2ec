import { type NamedWeights, settleAll, type Weight } from '@policypatch/core/platform'
import type { EncodedProgram } from '../onnx/encode-onnx.ts'
import type { ExternalData, RuntimeTensor } from './onnx-runtime.ts'
import type { WeightTensors } from './weight-tensors.ts'

/** The weights that a program is fed, but for those that rows are picked from. */
export async function weightFeeds<Tensor extends RuntimeTensor>(
  { inputs }: EncodedProgram,
  weights: NamedWeights,
  tensors: WeightTensors<Tensor>,
): Promise<Record<string, Tensor>> {
  const feeds: Record<string, Tensor> = {}
  const fed = inputs.filter(
    ({ source, picked, resident }) => source === 'weight' && picked === undefined && !resident,
  )
  await inLanes(fed, async ({ name, key, quantized }) => {
    feeds[name] = await tensors.get(weights[key] as Weight, quantized)
  })
  return feeds
}

/** The external data of a program's file. It shares memory with the tensors that other programs are fed. */
export async function residentWeights<Tensor extends RuntimeTensor>(
  { inputs }: EncodedProgram,
  weights: NamedWeights,
  tensors: WeightTensors<Tensor>,
): Promise<ExternalData[]> {
  const files: ExternalData[] = []
  const resident = inputs.filter((input) => input.resident)
  await inLanes(resident, async ({ name, key, quantized }) => {
    const { data } = await tensors.get(weights[key] as Weight, quantized)
    const { buffer, byteOffset, byteLength } = data as ArrayBufferView
    files.push({ path: name, data: new Uint8Array(buffer, byteOffset, byteLength) })
  })
  return files
}

type ProgramInput = EncodedProgram['inputs'][number]

/** Quantized weights to get at once: those in a store are read while others are checked. */
const LANES = 4

/** Gets each weight: the floats of one that is not quantized are freed before the next is expanded. */
async function inLanes(
  inputs: readonly ProgramInput[],
  get: (input: ProgramInput) => Promise<void>,
): Promise<void> {
  for (const input of inputs) if (!input.quantized) await get(input)
  const left = inputs.filter(({ quantized }) => quantized).values()
  let failed = false
  const lane = async () => {
    for (const input of left) {
      if (failed) return
      await get(input).catch((error: unknown) => {
        failed = true
        throw error
      })
    }
  }
  await settleAll(Array.from({ length: LANES }, lane))
}
