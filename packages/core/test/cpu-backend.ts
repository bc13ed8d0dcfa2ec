import '@tensorflow/tfjs-backend-cpu'
import { type Backend, expandWeight, type NamedWeights } from '../src/backend/backend.ts'
import { eagerBackend } from '../src/backend/eager-backend.ts'

/** The reference backend, with tfjs's plain JavaScript kernels: bit-identical results on every run. */
export function cpuBackend(): Backend {
  return eagerBackend({ tfBackend: 'cpu' })
}

/** The same weights with every matrix packed, as in a file with lower precision. */
export function packed(weights: NamedWeights): NamedWeights {
  const entries = Object.entries(weights).map(([name, weight]) => {
    if (weight.shape.length !== 2) return [name, weight] as const
    const values = expandWeight(weight).data as Float32Array
    const expand = (out = new Float32Array(values.length)) => {
      out.set(values)
      return out
    }
    return [name, { shape: weight.shape, expand }] as const
  })
  return Object.fromEntries(entries)
}
