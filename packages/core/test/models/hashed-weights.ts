import { crc32 } from 'node:zlib'
import type { NamedWeights } from '../../src/backend/backend.ts'
import type { WeightSpec } from '../../src/model/decoder/architectures/architecture.ts'

/**
 * Weights as a function of their name and position, which scripts/goldens/families.py computes too (`weight_of`): from −1/2 to
 * 1/2 by the finalizer of MurmurHash3, or around 1 for one-dimensional weights of norms.
 */
export function hashedValues(name: string, shape: readonly number[]): Float32Array {
  const seed = crc32(name)
  const isNorm = name.includes('norm') || name.includes('ln_')
  const narrow = shape.length === 1 || isNorm
  const centre = narrow && isNorm && name.endsWith('weight') ? 1 : 0
  return Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => {
    let x = (seed + i) >>> 0
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0
    x = (x ^ (x >>> 16)) >>> 0
    const value = x / 2 ** 32 - 0.5
    return narrow ? value * 0.4 + centre : value
  })
}

/** The weights of an architecture, as in a checkpoint of that family. */
export function hashedWeights(specs: readonly WeightSpec[]): NamedWeights {
  return Object.fromEntries(
    specs.map(({ name, shape, transposed }) => {
      if (!transposed) return [name, { shape, data: hashedValues(name, shape) }]
      const [rows, columns] = shape as [number, number]
      const stored = hashedValues(name, [columns, rows])
      const data = Float32Array.from(stored, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns]
        return stored[column * rows + row] as number
      })
      return [name, { shape, data }]
    }),
  )
}
