/**
 * 4-bit matrices, eight codes per 32-bit word: w = s·(q − z), with a scale s and a zero point z per output and group of inputs.
 * GPTQ packs eight inputs of one output into a word, and may assign inputs to groups in any order (`desc_act`); AWQ packs eight
 * outputs of one input, in its own order.
 */

import { PatchError } from '../../../errors.ts'
import type { TensorReader } from '../tensors/tensor-reader.ts'
import { partShape, type QuantizedMatrix, scaleTypes } from './matrix-parts.ts'
import type { Quantization } from './quantization-config.ts'

type Of<Method> = Extract<Quantization, { method: Method }>

/** Bit positions of the eight outputs' codes in a word. */
const gptqShifts = Uint8Array.of(0, 4, 8, 12, 16, 20, 24, 28)
const awqShifts = Uint8Array.of(0, 16, 4, 20, 8, 24, 12, 28)

/** Outputs written at a time, so that the written memory stays in cache. */
const fewOutputs = 64

/**
 * A matrix as GPTQ's libraries write it. The first format stores zero points minus one. As in GPTQModel, the one is added to
 * whole words, so that a 15 carries into its neighbour, from which the writer borrowed.
 */
export function gptqMatrix(
  reader: TensorReader,
  module: string,
  { groupSize, zeroShift }: Of<'gptq'>,
): QuantizedMatrix {
  const at = (part: string) => `${module}.${part}`
  const [words = 0, outputs = 0] = partShape(reader, at('qweight'), ['I32'], [undefined, undefined])
  const inputs = 8 * words
  const { groups, size } = groupsOf(inputs, groupSize)
  partShape(reader, at('qzeros'), ['I32'], [groups, Math.ceil(outputs / 8)])
  partShape(reader, at('scales'), scaleTypes, [groups, outputs])
  const hasIndex = reader.tensors.has(at('g_idx'))
  if (hasIndex) partShape(reader, at('g_idx'), ['I32'], [inputs])
  return {
    shape: [outputs, inputs],
    parts: [at('qweight'), at('qzeros'), at('scales'), ...(hasIndex ? [at('g_idx')] : [])],
    check([, , , index = new Int32Array(0)]) {
      const wrong = (index as Int32Array).find((group) => group < 0 || group >= groups)
      if (wrong === undefined) return
      throw new PatchError('MALFORMED', {
        expected: `groups from 0 to ${groups - 1} in ${at('g_idx')}`,
        found: `${wrong}`,
        remedy: 'The weights are damaged; download them again',
      })
    },
    expand(parts, out) {
      const [codes, packedZeros, scales] = parts as [Int32Array, Int32Array, Float32Array]
      const zeros = unpackZeros(packedZeros, { groups, outputs }, gptqShifts, 0x11111111 * zeroShift)
      const groupOf = (parts[3] as Int32Array | undefined) ?? inOrder(inputs, size)
      for (let first = 0; first < outputs; first += fewOutputs) {
        const end = Math.min(first + fewOutputs, outputs)
        for (let word = 0; word < words; word++) {
          for (let output = first; output < end; output++) {
            const packed = codes[word * outputs + output]!
            const to = output * inputs + 8 * word
            for (let i = 0; i < 8; i++) {
              const place = groupOf[8 * word + i]! * outputs + output
              out[to + i] = scales[place]! * (((packed >>> (4 * i)) & 15) - zeros[place]!)
            }
          }
        }
      }
    },
  }
}

/** A matrix in AutoAWQ's `gemm` packing. */
export function awqMatrix(reader: TensorReader, module: string, { groupSize }: Of<'awq'>): QuantizedMatrix {
  const at = (part: string) => `${module}.${part}`
  const [inputs = 0, words = 0] = partShape(reader, at('qweight'), ['I32'], [undefined, undefined])
  const outputs = 8 * words
  const { groups, size } = groupsOf(inputs, groupSize)
  partShape(reader, at('qzeros'), ['I32'], [groups, words])
  partShape(reader, at('scales'), scaleTypes, [groups, outputs])
  return {
    shape: [outputs, inputs],
    parts: [at('qweight'), at('qzeros'), at('scales')],
    expand(parts, out) {
      const [codes, packedZeros, scales] = parts as [Int32Array, Int32Array, Float32Array]
      const zeros = unpackZeros(packedZeros, { groups, outputs }, awqShifts, 0)
      for (let output = 0; output < outputs; output++) {
        const shift = awqShifts[output & 7]!
        for (let group = 0; group < groups; group++) {
          const place = group * outputs + output
          const [scale, zero] = [scales[place]!, zeros[place]!]
          const end = Math.min((group + 1) * size, inputs)
          for (let input = group * size; input < end; input++) {
            const packed = codes[input * words + (output >> 3)]!
            out[output * inputs + input] = scale * (((packed >>> shift) & 15) - zero)
          }
        }
      }
    },
  }
}

function groupsOf(inputs: number, groupSize: number | undefined) {
  const size = groupSize ?? Math.max(inputs, 1)
  return { groups: Math.ceil(inputs / size), size }
}

/** Unpacks words of eight zero points of one group to [groups, outputs]. */
function unpackZeros(
  packed: Int32Array,
  { groups, outputs }: { readonly groups: number; readonly outputs: number },
  shifts: Uint8Array,
  added: number,
): Uint8Array {
  const words = packed.length / groups
  const zeros = new Uint8Array(groups * outputs)
  for (let group = 0; group < groups; group++) {
    for (let output = 0; output < outputs; output++) {
      const word = (packed[group * words + (output >> 3)]! + added) | 0
      zeros[group * outputs + output] = (word >>> shifts[output & 7]!) & 15
    }
  }
  return zeros
}

const inOrder = (inputs: number, size: number): Int32Array =>
  Int32Array.from({ length: inputs }, (_, input) => Math.floor(input / size))
