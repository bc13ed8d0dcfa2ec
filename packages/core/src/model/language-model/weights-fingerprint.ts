import { sha256 } from '../../sha256.ts'

/**
 * SHA-256 (hex) that distinguishes releases of a model, whatever precision they were saved in.
 *
 * Normalization weights are hashed because GGUF files keep them in float32 whatever the quantization, and because fine-tuning
 * changes them. Rounded to bfloat16 (to nearest, ties to even), the precision most releases are published in, they are the same
 * in BF16, F16 and quantized files of one release. A release published in float32 keeps its fingerprint in GGUF, but not in an
 * F16 copy, which was rounded twice.
 *
 * Hashed per tensor: UTF-8 name, 0x00, number of values (uint32 LE), values (bfloat16 LE).
 *
 * @param weights names and values of the normalization weights, in the model's canonical order
 */
export async function weightsFingerprint(
  weights: Iterable<readonly [name: string, values: Float32Array]>,
): Promise<string> {
  const parts: Uint8Array[] = []
  for (const [name, values] of weights) {
    const label = new TextEncoder().encode(name)
    const bytes = new Uint8Array(label.length + 5 + values.length * 2)
    const view = new DataView(bytes.buffer)
    bytes.set(label)
    view.setUint32(label.length + 1, values.length, true)
    values.forEach((value, i) => {
      view.setUint16(label.length + 5 + i * 2, bfloat16(value), true)
    })
    parts.push(bytes)
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return sha256(all)
}

const word = new Uint32Array(1)
const float = new Float32Array(word.buffer)

/** The upper half of a float32, rounded to nearest with ties to even; all NaNs become the same. */
function bfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0
  float[0] = value
  const bits = word[0] as number
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}
