import type { NamedHostTensors, NamedWeights, Precision, Signature, TensorSpec } from '../backend.ts'

/** What a program that runs a model is bound to. */
export interface BoundModel {
  readonly weights: NamedWeights
  readonly precision: Precision
}

/** The signature that fits given feeds. */
export function signatureOf(feeds: NamedHostTensors, { weights, precision }: BoundModel): Signature {
  const inputs: Record<string, TensorSpec> = {}
  for (const [name, { shape, data }] of Object.entries(feeds)) {
    inputs[name] = { shape, dtype: data instanceof Float32Array ? 'float32' : 'int32' }
  }
  return { inputs, weights, precision }
}
