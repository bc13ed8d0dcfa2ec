import type { NamedWeights } from '../backend.ts'

/** The weights of one layer under the names that they have in layer 0, for a program that serves all layers. */
export function layerWeights(weights: NamedWeights, layer: number): NamedWeights {
  const prefix = `model.layers.${layer}.`
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      name.startsWith(prefix) ? [[`model.layers.0.${name.slice(prefix.length)}`, weight] as const] : [],
    ),
  )
}
