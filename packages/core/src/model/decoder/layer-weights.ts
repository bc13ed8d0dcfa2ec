import type { HostTensor, NamedWeights, TransientWeight, Weight } from '../../backend/backend.ts'
import type { Architecture } from './architectures/architecture.ts'
import type { ModelConfig } from './config/model-config.ts'

/** Prefix of the names of a layer's tensors. */
type Prefix = Architecture['layerPrefix']

const nameOf = (prefix: Prefix, layer: number) => `${prefix ?? 'model.layers.'}${layer}.`

/**
 * For each layer, the first of its kind, whose programs also serve it when fed its weights: layers of one kind compute the same
 * (see {@link Architecture.layerKind}), with weights of the same names, shapes and types.
 */
export function firstsOfKinds({
  architecture,
  config,
  weights,
}: {
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly weights: NamedWeights
}): readonly number[] {
  const known = new Map<string, number>()
  return Array.from({ length: config.layers }, (_, layer) => {
    const own = Object.entries(layerWeights(architecture, weights, layer, 0)).map(
      ([name, weight]) => `${name} ${formOf(weight)} [${weight.shape}]`,
    )
    const computes = architecture.layerKind?.(config, layer) ?? layer
    const kind = JSON.stringify([computes, ...own.sort()])
    const first = known.get(kind) ?? layer
    known.set(kind, first)
    return first
  })
}

function formOf(weight: Weight): string {
  if ('expand' in weight) return 'packed'
  return weight.data instanceof Int32Array ? 'int32' : 'float32'
}

/** One layer's weights under another layer's names, to run that layer's program with them. */
export function layerWeights(
  { layerPrefix }: Pick<Architecture, 'layerPrefix'>,
  weights: NamedWeights,
  layer: number,
  as: number,
): NamedWeights {
  const own = nameOf(layerPrefix, layer)
  return Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      name.startsWith(own) ? [[`${nameOf(layerPrefix, as)}${name.slice(own.length)}`, weight] as const] : [],
    ),
  )
}

/**
 * Like {@link layerWeights}, with packed weights expanded into memory that the next layer reuses: as much as one layer needs,
 * however many there are. Do not use one layer's weights after asking for the next layer's.
 */
export function expandedLayers(
  architecture: Pick<Architecture, 'layerPrefix'>,
  weights: NamedWeights,
): (layer: number, as: number) => NamedWeights {
  const buffers = new Map<string, TransientWeight>()
  const place = (part: string, weight: Weight): HostTensor => {
    if (!('expand' in weight)) return weight
    const { shape } = weight
    const key = `${part} [${shape}]`
    const buffer = buffers.get(key) ?? { shape, data: new Float32Array(sizeOf(shape)), transient: true }
    buffers.set(key, buffer)
    weight.expand(buffer.data as Float32Array)
    return buffer
  }
  let held: { readonly layer: number; readonly as: number; readonly weights: NamedWeights } | undefined
  return (layer, as) => {
    if (held?.layer === layer && held.as === as) return held.weights
    const entries = Object.entries(layerWeights(architecture, weights, layer, as))
    const placed = entries.map(([name, weight]) => [
      name,
      place(name.slice(nameOf(architecture.layerPrefix, as).length), weight),
    ])
    held = { layer, as, weights: Object.fromEntries(placed) }
    return held.weights
  }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
