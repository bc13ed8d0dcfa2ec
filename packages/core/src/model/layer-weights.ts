import type { HostTensor, NamedWeights, TransientWeight, Weight } from '../backend.ts'

/** The weights of one layer under the names that they have in layer 0, for a program that serves all layers. */
export function layerWeights(weights: NamedWeights, layer: number): NamedWeights {
  const prefix = `model.layers.${layer}.`
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      name.startsWith(prefix) ? [[`model.layers.0.${name.slice(prefix.length)}`, weight] as const] : [],
    ),
  )
}

/**
 * Like {@link layerWeights}, with packed weights expanded into memory that the next layer's take over: as much as one
 * layer needs, however many there are. What was given for one layer is not to be used after the next is asked for.
 */
export function expandedLayers(weights: NamedWeights): (layer: number) => NamedWeights {
  const buffers = new Map<string, TransientWeight>()
  const place = (name: string, weight: Weight): HostTensor => {
    if (!('expand' in weight)) return weight
    const { shape } = weight
    const buffer = buffers.get(name) ?? { shape, data: new Float32Array(sizeOf(shape)), transient: true }
    buffers.set(name, buffer)
    weight.expand(buffer.data as Float32Array)
    return buffer
  }
  let held: { readonly layer: number; readonly weights: NamedWeights } | undefined
  return (layer) => {
    if (held?.layer === layer) return held.weights
    const entries = Object.entries(layerWeights(weights, layer))
    held = {
      layer,
      weights: Object.fromEntries(entries.map(([name, weight]) => [name, place(name, weight)])),
    }
    return held.weights
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
