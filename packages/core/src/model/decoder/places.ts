/**
 * Where the tokens of a pass stand, and what follows from it: RoPE tables, which tokens see which, and for models that look at
 * positions otherwise (learned ones, windows) the positions themselves. {@link placeFeeds} makes what a program is fed of
 * them; {@link streamOf} makes what its layers take.
 */

import type { HostTensor, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { type LayerType, type ModelConfig, needsPositions } from './config/model-config.ts'
import { causalMask, MASKED } from './layers/attention.ts'
import { rotaryTables, rotate } from './rotary.ts'

/** Where the tokens of a pass stand. */
export interface Places {
  /** Position of each token, [batch · length]. */
  readonly positions: ArrayLike<number>
  /** Where windows take them to stand. Default: `positions`. */
  readonly sight?: ArrayLike<number> | undefined
  /** Which tokens see which, [batch, length, length]. Absent: each sees itself and those before it in its row. */
  readonly mask?: HostTensor
  readonly shared?: SharedPlaces
}

/** Where the tokens stand that are before every row. */
export interface SharedPlaces {
  /** [S]; there may be none. */
  readonly positions: ArrayLike<number>
  /** Where windows take them to stand. Default: `positions`. */
  readonly sight?: ArrayLike<number> | undefined
  /** Which of them see which, [1, S, S]. Absent: each sees itself and those before it. */
  readonly mask?: HostTensor | undefined
  /** Added to the attention logits of the rows' tokens on them, [1, 1, S]. Absent: nothing. */
  readonly logWeights?: HostTensor | undefined
}

/** What a program is fed for the places of its tokens. */
export type PlaceFeeds = PlacesOf<HostTensor>

/** The same within a program. */
export type PlaceTensors = PlacesOf<tf.Tensor>

/** Names of the tables of the first rope, and of further ones. */
type TablesOf<Tensor> = { readonly [name: `${TableName}.${number}`]: Tensor }

type PlacesOf<Tensor> = TablesOf<Tensor> & {
  /** RoPE tables of the tokens, [batch · length, size]. */
  readonly cos?: Tensor
  readonly sin?: Tensor
  readonly mask?: Tensor
  /** Where the model needs them, [batch · length] int32. */
  readonly positions?: Tensor
  /** Those of the shared tokens, [S, …]; absent where there are none. */
  readonly sharedCos?: Tensor
  readonly sharedSin?: Tensor
  readonly sharedPositions?: Tensor
  readonly sharedMask?: Tensor
  readonly sharedLogWeights?: Tensor
}

type TableName = 'cos' | 'sin' | 'sharedCos' | 'sharedSin'

const tableName = (kind: TableName, rope: number) => (rope === 0 ? kind : (`${kind}.${rope}` as const))

/** What is fed for the places of tokens. */
export function placeFeeds(config: ModelConfig, { positions, sight, mask, shared }: Places): PlaceFeeds {
  const front = shared && shared.positions.length > 0 ? shared.positions : undefined
  const own = needsPositions(config)
  // A learned position is the token's own; no family has windows beside them.
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

/** Feeds that {@link placeFeeds} made, apart from those beside them. */
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

/** RoPE tables of positions 0 to `count` − 1, as weights of programs that learn positions only when they run. */
export function rotaryWeights(config: ModelConfig, count: number): Readonly<Record<string, HostTensor>> {
  const all = Array.from({ length: count }, (_, i) => i)
  return Object.fromEntries(
    Object.entries(tablesAt(config, all, 'cos', 'sin')).map(([name, table]) => [`rotary.${name}`, table]),
  )
}

/** The places of one row of tokens, which see one another by position, at positions [length] that are an input. */
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

/** What all layers of one pass are given: how its rows stand, and what their tokens see. */
export interface Stream {
  readonly batch: number
  /** Tokens of each row. */
  readonly length: number
  /** S: tokens that stand before every row and run once; 0 or more. */
  readonly shared: number
  /** Queries [S + batch · length, heads, D] with RoPE as a layer's type has it, times the attention's scale. */
  readonly queries: (x: tf.Tensor, type: LayerType) => tf.Tensor
  /** Keys likewise, without the scale. */
  readonly keys: (x: tf.Tensor, type: LayerType) => tf.Tensor
  /** Added to the attention logits of the rows' tokens, [batch or 1, length, S + length]; absent for single tokens. */
  readonly mask: (type: LayerType) => tf.Tensor | undefined
  /** To those of the shared tokens on one another, [1, S, S]. */
  readonly sharedMask: (type: LayerType) => tf.Tensor
  /** To those on what went before, [batch, 1 or length, P], whose own mask and positions [batch, P] are given. */
  readonly pastMask: (
    type: LayerType,
    mask: tf.Tensor | undefined,
    positions: tf.Tensor | undefined,
  ) => tf.Tensor | undefined
}

/** What the layers take of fed places. */
export function streamOf(config: ModelConfig, batch: number, places: PlaceTensors): Stream {
  const { positions, sharedPositions, sharedMask, sharedLogWeights } = places
  const count = tokensOf(places.cos, positions)
  const length = count / batch
  const shared = tokensOf(places.sharedCos, sharedPositions)
  // A single token has nothing to be kept from seeing.
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
      // Layers have keys and values of their own of what went before, but its mask and places in common.
      return once(`past ${window} ${pastMask?.id} ${pastPositions?.id}`, () => {
        const far = beyond(window, rows as tf.Tensor, pastPositions as tf.Tensor)
        return pastMask ? tf.add(pastMask, far) : far
      })
    },
  }
}

/** Makes what is asked for by a name once. */
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

/** Tables of the shared tokens, then those of the rows', [S + batch · length, size]. */
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

/** What is to be added where a window of w ends before a position: queries [B, T] and keys [B, L] to [B, T, L]. */
function beyond(window: number, queries: tf.Tensor, keys: tf.Tensor): tf.Tensor {
  const distance = tf.sub(tf.expandDims(queries, 2), tf.expandDims(keys, 1))
  return tf.mul(tf.cast(tf.greaterEqual(distance, tf.scalar(window)), 'float32'), MASKED)
}

/** A mask [B, T, T] with tokens before them that all see, [B, T, S + T]. */
function seeingShared(mask: tf.Tensor, shared: number, logWeights: tf.Tensor | undefined): tf.Tensor {
  const shape = [...mask.shape.slice(0, 2), shared]
  return tf.concat([logWeights ? tf.broadcastTo(logWeights, shape) : tf.zeros(shape), mask], 2)
}
