import { expandWeight, type NamedWeights, type Precision, type Weight } from '../../backend/backend.ts'
import { digestOf, sha256 } from '../../sha256.ts'
import type { LanguageModel } from './language-model.ts'
import type { Gate, Prefix } from './prefix.ts'

/** Everything a model's output depends on, so that a run is resumed only with the model that it began with. */
export interface ModelIdentity {
  /** SHA-256 (hex) of every weight, see {@link weightsDigest}: covers quantization and merged adapters. */
  readonly weights: string
  /** SHA-256 (hex) of the architecture's name and the configuration. */
  readonly config: string
  /** `Tokenizer.fingerprint`. */
  readonly tokenizer: string
  readonly precision: Precision
  /** SHA-256 (hex) of the virtual tokens, the parts with their weights, and the gates; `null` without a prefix. */
  readonly prefix: string | null
}

/**
 * The identity of a model under its prefix. The first call for a set of weights reads all of them (see {@link weightsDigest}),
 * even if other versions of the model share them; later calls cost nothing.
 */
export async function modelIdentity(model: LanguageModel): Promise<ModelIdentity> {
  const { architecture, config, tokenizer, precision, weights, prefix } = model
  return {
    weights: await weightsDigest(weights),
    config: await digestOf([architecture.name, config]),
    tokenizer: tokenizer.fingerprint,
    precision,
    prefix: prefix ? await prefixDigest(prefix) : null,
  }
}

/** SHA-256 (hex) of everything in a prefix. */
export async function prefixDigest(prefix: Prefix): Promise<string> {
  return digestOf(await described(prefix))
}

async function described({ length, embeddings, parts = [], gate }: Prefix): Promise<unknown> {
  const own: unknown[] = []
  for (const part of parts) own.push([part.weight, await described(part.prefix)])
  return [length, await numbersDigest(embeddings), own, gate ? await gateDigest(gate) : null]
}

async function gateDigest({ question = '', layers, window, bias, ...arrays }: Gate): Promise<string> {
  const { mean, scale, hidden, hiddenBias, output } = arrays
  const digests: string[] = []
  for (const values of [mean, scale, hidden, hiddenBias, output]) digests.push(await numbersDigest(values))
  return digestOf([question, layers, window, bias, digests])
}

const numbersDigest = ({ buffer, byteOffset, byteLength }: Float32Array): Promise<string> =>
  sha256(new Uint8Array(buffer, byteOffset, byteLength))

/** Bytes hashed at a time, because `crypto.subtle` copies its input. */
const CHUNK = 2 ** 22

const digests = new WeakMap<NamedWeights, Promise<string>>()

/**
 * SHA-256 (hex) of every byte of a model's weights as they are held, with names and shapes: a different quantization, a merged
 * adapter or a single value changes it. Computed once per set of weights, about 0.1 s per 100 MB.
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
