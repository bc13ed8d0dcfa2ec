import { expandWeight, type NamedWeights, type Weight } from '../backend.ts'
import { digestOf, sha256 } from '../sha256.ts'

/** Bytes that are hashed at once: `crypto.subtle` copies what it is given. */
const CHUNK = 2 ** 22

const digests = new WeakMap<NamedWeights, Promise<string>>()

/**
 * SHA-256 (hex) of every byte of a model's weights as they are held, under their names and shapes: another quantization,
 * a merged adapter or a single value makes another. Worked out once for each set of weights; some 0.1 s for each 100 MB.
 */
export function weightsDigest(weights: NamedWeights): Promise<string> {
  const known = digests.get(weights)
  if (known) return known
  const made = digestAll(weights)
  digests.set(weights, made)
  return made
}

async function digestAll(weights: NamedWeights): Promise<string> {
  const rows: unknown[] = []
  for (const name of Object.keys(weights).sort()) {
    const weight = weights[name] as Weight
    const bytes = bytesOf(weight)
    const chunks: string[] = []
    for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(await sha256(bytes.subarray(at, at + CHUNK)))
    rows.push([name, weight.shape, 'expand' in weight ? 'packed' : 'plain', chunks])
  }
  return digestOf(rows)
}

function bytesOf(weight: Weight): Uint8Array {
  if ('expand' in weight && weight.bytes) return weight.bytes
  const { buffer, byteOffset, byteLength } = expandWeight(weight).data
  return new Uint8Array(buffer, byteOffset, byteLength)
}
