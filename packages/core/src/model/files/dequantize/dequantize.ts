/**
 * Stored number types: each is a block format (block-format) that decodes to float32. Of GGML's types, these are the float types,
 * the first quantizations (legacy-formats), the k-quantizations (k-formats) and two non-linear ones (non-linear-formats).
 */

import { PatchError } from '../../../errors.ts'
import type { BlockFormat } from './block-format.ts'
import { bfloat16, float16, float32 } from './float-formats.ts'
import { q2_k, q3_k, q4_k, q5_k, q6_k } from './k-formats.ts'
import { q4_0, q4_1, q5_0, q5_1, q8_0 } from './legacy-formats.ts'
import { iq4_nl, iq4_xs } from './non-linear-formats.ts'

/** The supported GGML types, under GGUF's names. */
export const ggmlFormats: Readonly<Record<string, BlockFormat>> = {
  F32: float32,
  F16: float16,
  BF16: bfloat16,
  Q8_0: q8_0,
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
  IQ4_NL: iq4_nl,
  IQ4_XS: iq4_xs,
}

/**
 * Decodes whole blocks of a GGML type to float32, bit-identical to `gguf.quants.dequantize` of gguf-py.
 *
 * @throws PatchError `UNSUPPORTED` for an unknown type, `MALFORMED` if the bytes are not whole blocks.
 */
export function dequantize(type: string, bytes: Uint8Array): Float32Array {
  const format = Object.hasOwn(ggmlFormats, type) ? ggmlFormats[type] : undefined
  if (!format) {
    throw new PatchError('UNSUPPORTED', {
      expected: `one of the types ${Object.keys(ggmlFormats).join(', ')}`,
      found: type,
      remedy: 'Convert the weights to one of these',
    })
  }
  const blocks = bytes.length / format.blockBytes
  if (!Number.isInteger(blocks)) {
    throw new PatchError('MALFORMED', {
      expected: `whole ${type} blocks of ${format.blockBytes} bytes`,
      found: `${bytes.length} bytes`,
      remedy: 'Pass all bytes of the tensor',
    })
  }
  const out = new Float32Array(blocks * format.blockLength)
  format.decode(bytes, out, 0)
  return out
}

/** Names of GGML's tensor types by their numbers in GGUF files; gaps are abandoned types. */
export const ggmlTypes: Readonly<Record<number, string>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  30: 'BF16',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
  40: 'NVFP4',
  41: 'Q1_0',
}
