import { PatchError } from '../../../errors.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { fieldsOf, type Json, numeric } from './config-fields.ts'
import type { FieldRule } from './field-rules.ts'
import type { LayerType } from './model-config.ts'

/** config.json's names for what a layer attends to. */
type Sight = 'full_attention' | 'sliding_attention'

/** Attention types per layer, for families in which some layers have a window. */
export const fullOrSliding: FieldRule = {
  only: 'full_attention or sliding_attention for each of the num_hidden_layers layers',
  allows: (value, { num_hidden_layers: layers }) =>
    Array.isArray(value) &&
    value.length === layers &&
    value.every((kind) => kind === 'full_attention' || kind === 'sliding_attention'),
}

/** Far more than any model has; limits allocations for damaged files. That the tensors are missing is reported later. */
const mostLayers = 10_000

/** One value per layer, for a configuration that may be damaged. */
export const eachLayer = <Of>(layers: number, of: (layer: number) => Of): Of[] =>
  Array.from({ length: Math.min(layers, mostLayers) }, (_, layer) => of(layer))

/** The list under `layer_types`, or else what `otherwise` gives for each layer. */
export function sightOfLayers(json: Json, otherwise: (layer: number) => Sight): readonly Sight[] {
  if (Array.isArray(json.layer_types)) return json.layer_types
  const layers = fieldsOf(json, 'config.json').integer('num_hidden_layers')
  return eachLayer(layers, otherwise)
}

/** Every n-th layer has full attention. */
export const slidingBut =
  (every: number) =>
  (layer: number): Sight =>
    (layer + 1) % every === 0 ? 'full_attention' : 'sliding_attention'

/**
 * The window under `sliding_window`; undefined if it is null or covers the whole context.
 *
 * @throws PatchError `MALFORMED` for an invalid window, or if layers need one and there is none
 */
export function windowOf(json: Json, isNeeded: boolean): number | undefined {
  if (json.sliding_window !== null && json.sliding_window !== undefined) {
    const window = fieldsOf(json, 'config.json').integer('sliding_window')
    return window >= numeric(json.max_position_embeddings) ? undefined : window
  }
  if (!isNeeded) return undefined
  throw new PatchError('MALFORMED', {
    expected: 'a number under sliding_window in config.json, as layer_types has sliding_attention',
    found: describeValue(json.sliding_window),
    remedy: 'The model is incomplete or damaged; download it again',
  })
}

/** Layer types, some with the window under `sliding_window`; `full` and `sliding` give their other properties. */
export function windowedLayers(
  json: Json,
  otherwise: (layer: number) => Sight,
  full: LayerType = { rope: 0 },
  sliding: LayerType = { rope: 0 },
): readonly LayerType[] {
  const sights = sightOfLayers(json, otherwise)
  const window = windowOf(json, sights.includes('sliding_attention'))
  return sights.map((sight) => (sight === 'full_attention' ? full : { ...sliding, window }))
}
