import { readFileSync } from 'node:fs'
import { type Device, onnxruntimeBackend } from '@policypatch/backend-node'
import type { LanguageModel } from '@policypatch/core'
import {
  architectures,
  createLanguageModel,
  type Precision,
  type Tokenizer,
  type Weight,
} from '@policypatch/core/platform'

export interface SyntheticModelOptions {
  readonly threads: number
  /** Default `cpu`. */
  readonly device?: Device | undefined
  /** Precision of products with the weights. */
  readonly products: Precision
  /** A configuration in compare/speed/. Default `smollm2-135m`. */
  readonly shape?: string | undefined
  /** Default: those of the configuration. */
  readonly layers?: number
}

/** The config.json of a shape in compare/speed/. */
export const shapeOf = (name: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(new URL(`../compare/speed/${name}.json`, import.meta.url), 'utf8'))

/**
 * A model with the shape of a released one and random weights. The weights are packed like those of a quantized file and
 * generated on demand, so that memory holds them only in the form in which they are multiplied.
 */
export async function syntheticModel({
  threads,
  device,
  products,
  shape: name = 'smollm2-135m',
  layers,
}: SyntheticModelOptions): Promise<LanguageModel> {
  const json = shapeOf(name)
  const architecture = architectures.find(({ modelTypes }) => modelTypes.includes(json.model_type as string))
  if (!architecture) throw new Error(`no architecture for ${name}`)
  const config = architecture.parseConfig(layers ? { ...json, num_hidden_layers: layers } : json)
  const specs = [...architecture.weightSpecs(config)].sort((a, b) => (a.name < b.name ? -1 : 1))
  const weights: Record<string, Weight> = {}
  for (const [index, { name, shape, kind }] of specs.entries()) {
    const size = shape.reduce((product, n) => product * n, 1)
    if (kind === 'matrix' || kind === 'embedding') {
      const width = shape.at(-1) as number
      weights[name] = {
        shape,
        expand: (out) => fill(matrix(index, size), out),
        rows: (from, to, out) => fill(matrix(index, (to - from) * width, from * width), out),
      }
    } else weights[name] = { shape, data: new Float32Array(size).fill(1) }
  }
  const backend = onnxruntimeBackend({ threads, ...(device && { device }) })
  return createLanguageModel({
    id: 'synthetic',
    architecture,
    config,
    weights,
    backend,
    precision: products,
    tokenizer: noTokenizer(config.vocabSize),
  })
}

function fill(values: Float32Array, out: Float32Array | undefined): Float32Array {
  out?.set(values)
  return out ?? values
}

/** Not needed, because the trainer receives ids. */
function noTokenizer(vocabSize: number): Tokenizer {
  const absent = (): never => {
    throw new Error('a step takes ids')
  }
  return {
    vocabSize,
    bosTokenId: undefined,
    eosTokenIds: [2],
    fingerprint: 'none',
    encode: absent,
    decode: absent,
    renderChat: absent,
    encodePrompt: absent,
  }
}

/**
 * `length` float32 numbers in [0, 1), starting at index `from`. Each is a hash of the seed and its index. peft_step.py has the
 * same function, so that both sides have the same weights without exchanging a file.
 */
export function uniform(seed: number, length: number, from = 0): Float32Array {
  const values = new Float32Array(length)
  const start = Math.imul(seed, 0x85ebca6b)
  for (let i = 0; i < length; i++) {
    let x = (Math.imul(from + i, 0x9e3779b1) + start) | 0
    x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
    x = Math.imul(x ^ (x >>> 16), 0x45d9f3b)
    // 24 bits: a float32 holds them exactly.
    values[i] = ((x ^ (x >>> 16)) >>> 8) / 2 ** 24
  }
  return values
}

/** Weights with the usual standard deviation of about 0.02. */
export function matrix(seed: number, length: number, from = 0): Float32Array {
  const values = uniform(seed, length, from)
  for (let i = 0; i < length; i++) values[i] = ((values[i] as number) - 0.5) * 0.0625
  return values
}
