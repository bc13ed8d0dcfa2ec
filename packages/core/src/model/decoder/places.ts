/**
 * The positions of a pass's tokens and what follows from them: RoPE tables, masks, and, for models that also use positions
 * otherwise (learned positions, windows), the positions themselves. {@link placeFeeds} turns them into a program's feeds;
 * {@link streamOf} turns the fed tensors into what layers use.
 */

import type { HostTensor, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { type LayerType, type ModelConfig, needsPositions } from './config/model-config.ts'
import { causalMask, MASKED } from './layers/attention.ts'
import { rotaryTables, rotate } from './rotary.ts'

/** The positions of a pass's tokens. */
export interface Places {
  /** Position of each token, [batch · length]. */
  readonly positions: ArrayLike<number>
  /** Positions for the purpose of windows. Default: `positions`. */
  readonly sight?: ArrayLike<number> | undefined
  /** Which tokens see which, [batch, length, length]. Absent: each sees itself and those before it in its row. */
  readonly mask?: HostTensor
  readonly shared?: SharedPlaces
}

/** The positions of tokens that precede every row. */
export interface SharedPlaces {
  /** [S]; may be empty. */
  readonly positions: ArrayLike<number>
  /** Positions for the purpose of windows. Default: `positions`. */
  readonly sight?: ArrayLike<number> | undefined
  /** Which of them see which, [1, S, S]. Absent: each sees itself and those before it. */
  readonly mask?: HostTensor | undefined
  /** Added to the attention logits of the rows' tokens on them, [1, 1, S]. Default: nothing. */
  readonly logWeights?: HostTensor | undefined
}

/** A program's feeds for its tokens' places. */
export type PlaceFeeds = PlacesOf<HostTensor>

/** The same feeds as tensors within a program. */
export type PlaceTensors = PlacesOf<tf.Tensor>

/** Table names of the first rope and of further ones. */
type TablesOf<Tensor> = { readonly [name: `${TableName}.${number}`]: Tensor }

type PlacesOf<Tensor> = TablesOf<Tensor> & {
  /** RoPE tables of the tokens, [batch · length, size]. */
  readonly cos?: Tensor
  readonly sin?: Tensor
  readonly mask?: Tensor
  /** If the model needs them, [batch · length] int32. */
  readonly positions?: Tensor
  /** Those of the shared tokens, [S, …]; absent if there are none. */
  readonly sharedCos?: Tensor
  readonly sharedSin?: Tensor
  readonly sharedPositions?: Tensor
  readonly sharedMask?: Tensor
  readonly sharedLogWeights?: Tensor
}

type TableName = 'cos' | 'sin' | 'sharedCos' | 'sharedSin'

const tableName = (kind: TableName, rope: number) => (rope === 0 ? kind : (`${kind}.${rope}` as const))

/** The feeds for tokens' places. */
export function placeFeeds(config: ModelConfig, { positions, sight, mask, shared }: Places): PlaceFeeds {
  const front = shared && shared.positions.length > 0 ? shared.positions : undefined
  const own = needsPositions(config)
  // Learned positions use the token's own position; no family combines them with windows.
  const seen = (at: ArrayLike<number>, sightOfThem: ArrayLike<number> | undefined) =>
    config.learnedPositions ? at : (sightOfThem ?? at)
  return {
    ...tablesAt(config, positions, 'cos', 'sin'),
    ...(mask && { mask }),
    ...(own && { positions: vectorOf(seen(positions, sight)) }),
    ...(front && tablesAt(config, front, 'sharedCos', 'sharedSin')),
    ...(front && own && { sharedPositions: vectorOf(seen(front, shared?.sight)) }),
    ...(shared?.mask && { sharedMask: shared.mask }),
    ...(shared?.logWeights && { sharedLogWeights: shared.logWeights }),
  }
}

const vectorOf = (positions: ArrayLike<number>): HostTensor => ({
  shape: [positions.length],
  data: Int32Array.from(positions),
})

const placeName = /^(cos|sin|mask|positions|shared(Cos|Sin|Positions|Mask|LogWeights))(\.\d+)?$/

/** The feeds without those made by {@link placeFeeds}. */
export function withoutPlaces<Feeds extends PlaceFeeds>(
  feeds: Feeds,
): [PlaceFeeds, Omit<Feeds, keyof PlaceFeeds>] {
  const entries = Object.entries(feeds)
  return [
    Object.fromEntries(entries.filter(([name]) => placeName.test(name))),
    Object.fromEntries(entries.filter(([name]) => !placeName.test(name))) as Omit<Feeds, keyof PlaceFeeds>,
  ]
}

function tablesAt(
  { ropes }: ModelConfig,
  positions: ArrayLike<number>,
  cosName: TableName,
  sinName: TableName,
): PlaceFeeds {
  const tables = ropes.flatMap((rope, i): [string, HostTensor][] => {
    const { cos, sin } = rotaryTables(rope, positions)
    const shape = [positions.length, rope.size]
    return [
      [tableName(cosName, i), { shape, data: cos }],
      [tableName(sinName, i), { shape, data: sin }],
    ]
  })
  return Object.fromEntries(tables)
}

/** RoPE tables of positions 0 to `count` − 1, as weights for programs whose positions are only known at run time. */
export function rotaryWeights(config: ModelConfig, count: number): Readonly<Record<string, HostTensor>> {
  const all = Array.from({ length: count }, (_, i) => i)
  return Object.fromEntries(
    Object.entries(tablesAt(config, all, 'cos', 'sin')).map(([name, table]) => [`rotary.${name}`, table]),
  )
}

/** The places of one row of tokens with a causal mask, at positions [length] that are an input. */
export function placesAt(
  config: ModelConfig,
  weights: NamedTensors,
  positions: tf.Tensor,
  offset: number,
): PlaceTensors {
  const at = tf.add(positions, tf.scalar(offset, 'int32'))
  const later = tf.greater(tf.expandDims(positions, 0), tf.expandDims(positions, 1))
  const names = config.ropes.flatMap((_, i) => [tableName('cos', i), tableName('sin', i)])
  return {
    ...Object.fromEntries(names.map((name) => [name, tf.gather(weights[`rotary.${name}`] as tf.Tensor, at)])),
    ...(needsPositions(config) && { positions: at }),
    mask: tf.expandDims(tf.mul(tf.cast(later, 'float32'), MASKED), 0),
  }
}

/** What all layers of a pass share: the shape of its rows, and what their tokens see. */
export interface Stream {
  readonly batch: number
  /** Tokens of each row. */
  readonly length: number
  /** S: tokens that precede every row and run once; 0 or more. */
  readonly shared: number
  /** Applies the layer type's RoPE and the attention scale to queries [S + batch · length, heads, D]. */
  readonly queries: (x: tf.Tensor, type: LayerType) => tf.Tensor
  /** Likewise for keys, without the scale. */
  readonly keys: (x: tf.Tensor, type: LayerType) => tf.Tensor
  /** Added to the attention logits of the rows' tokens, [batch or 1, length, S + length]; absent for single tokens. */
  readonly mask: (type: LayerType) => tf.Tensor | undefined
  /** The same for the shared tokens among themselves, [1, S, S]. */
  readonly sharedMask: (type: LayerType) => tf.Tensor
  /** The same for the past, [batch, 1 or length, P], given its own mask and its positions [batch, P]. */
  readonly pastMask: (
    type: LayerType,
    mask: tf.Tensor | undefined,
    positions: tf.Tensor | undefined,
  ) => tf.Tensor | undefined
}

/** What the layers need, from the fed places. */
export function streamOf(config: ModelConfig, batch: number, places: PlaceTensors): Stream {
  const { positions, sharedPositions, sharedMask, sharedLogWeights } = places
  const count = tokensOf(places.cos, positions)
  const length = count / batch
  const shared = tokensOf(places.sharedCos, sharedPositions)
  // A single token needs no mask.
  const own = places.mask ?? (length > 1 || shared > 0 ? causal(length) : undefined)
  const mask = own && shared > 0 ? seeingShared(own, shared, sharedLogWeights) : own
  const front = shared > 0 ? (sharedMask ?? causal(shared)) : undefined
  const rows = positions && asFloat(tf.reshape(positions, [batch, length]))
  const before = sharedPositions && asFloat(tf.reshape(sharedPositions, [1, shared]))
  const once = memo()
  const tables = (rope: number) => once(`tables ${rope}`, () => joinedTables(places, rope))
  return {
    ...{ batch, length, shared },
    queries(x, { rope }) {
      const scale = config.attention.scale ?? 1 / Math.sqrt(config.headSize)
      const turns = rope === undefined ? undefined : config.ropes[rope]
      if (rope === undefined || !turns || turns.size < config.headSize) {
        return this.keys(tf.mul(x, scale), { rope })
      }
      const { cos, sin } = tables(rope)
      const [queryCos, querySin] = once(`query ${rope}`, () => [tf.mul(cos, scale), tf.mul(sin, scale)])
      return rotate(x, queryCos as tf.Tensor, querySin as tf.Tensor, turns.interleaved)
    },
    keys(x, { rope }) {
      if (rope === undefined) return x
      const { cos, sin } = tables(rope)
      return rotate(x, cos, sin, config.ropes[rope]?.interleaved)
    },
    mask({ window }) {
      if (!mask || window === undefined) return mask
      return once(`mask ${window}`, () => {
        const seen = before ? tf.concat([tf.tile(before, [batch, 1]), rows as tf.Tensor], 1) : rows
        return tf.add(mask, beyond(window, rows as tf.Tensor, seen as tf.Tensor))
      })
    },
    sharedMask({ window }) {
      const all = front as tf.Tensor
      if (window === undefined) return all
      return once(`shared ${window}`, () =>
        tf.add(all, beyond(window, before as tf.Tensor, before as tf.Tensor)),
      )
    },
    pastMask({ window }, pastMask, pastPositions) {
      if (window === undefined) return pastMask
      // The past has its own keys and values per layer, but the same mask and positions in all.
      return once(`past ${window} ${pastMask?.id} ${pastPositions?.id}`, () => {
        const far = beyond(window, rows as tf.Tensor, pastPositions as tf.Tensor)
        return pastMask ? tf.add(pastMask, far) : far
      })
    },
  }
}

/** Memoizes values by name. */
function memo(): <Value>(name: string, make: () => Value) => Value {
  const made = new Map<string, unknown>()
  return <Value>(name: string, make: () => Value) => {
    if (!made.has(name)) made.set(name, make())
    return made.get(name) as Value
  }
}

const tokensOf = (...places: readonly (tf.Tensor | undefined)[]): number =>
  places.find((one) => one !== undefined)?.shape[0] ?? 0

const asFloat = (positions: tf.Tensor): tf.Tensor => tf.cast(positions, 'float32')

/** The shared tokens' tables, then the rows', [S + batch · length, size]. */
function joinedTables(
  places: PlaceTensors,
  rope: number,
): { readonly cos: tf.Tensor; readonly sin: tf.Tensor } {
  const of = (name: TableName) => places[tableName(name, rope)]
  const joined = (front: tf.Tensor | undefined, own: tf.Tensor | undefined) =>
    (front ? tf.concat([front, own as tf.Tensor]) : own) as tf.Tensor
  return { cos: joined(of('sharedCos'), of('cos')), sin: joined(of('sharedSin'), of('sin')) }
}

const causal = (length: number): tf.Tensor => tf.tensor(causalMask(length), [1, length, length])

/** Mask for positions beyond a window of w: queries [B, T] and keys [B, L] to [B, T, L]. */
function beyond(window: number, queries: tf.Tensor, keys: tf.Tensor): tf.Tensor {
  const distance = tf.sub(tf.expandDims(queries, 2), tf.expandDims(keys, 1))
  return tf.mul(tf.cast(tf.greaterEqual(distance, tf.scalar(window)), 'float32'), MASKED)
}

/** Extends a mask [B, T, T] by shared tokens that are visible to all, [B, T, S + T]. */
function seeingShared(mask: tf.Tensor, shared: number, logWeights: tf.Tensor | undefined): tf.Tensor {
  const shape = [...mask.shape.slice(0, 2), shared]
  return tf.concat([logWeights ? tf.broadcastTo(logWeights, shape) : tf.zeros(shape), mask], 2)
}
