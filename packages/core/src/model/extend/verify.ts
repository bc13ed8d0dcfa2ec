import type { HostTensor, NamedHostTensors, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { forward, outputLogits } from '../decoder/forward.ts'
import type { KeyValueCache } from '../decoder/key-value-cache.ts'
import type { PastKeyValues } from '../decoder/layer.ts'
import type { KeyValues } from '../decoder/layers/attention.ts'
import { type PlaceTensors, placeFeeds } from '../decoder/places.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { programFor } from '../language-model/program-cache.ts'
import { freeAxes } from './decoding-program.ts'
import {
  type ExtendInput,
  type ExtendResult,
  keyValueNames,
  namedKeyValues,
  pastKeyValues,
} from './extend.ts'

/** Tokens to verify in one pass. */
export interface VerifyInput extends Pick<ExtendInput, 'tokens' | 'starts' | 'output'> {
  /** The past, one slot per row, with room for `count` more tokens in each. */
  readonly past: KeyValueCache
  /** Maximum number of tokens of a row. */
  readonly count: number
}

/**
 * Runs up to `count` tokens of each row in one pass, and outputs at each of them: row r's token i is at r · count + i, in the
 * block as well.
 *
 * Each token is computed exactly as by a step of its own. Else the last bits of attention would differ, int8 would round some
 * values differently, and some tokens would not be those that steps choose. So each token runs as a row of its own, and attends to
 * the tokens before it at the places in the past that they would have by then: the sums have the same terms in the same order.
 */
export async function verify(
  core: ModelCore,
  { tokens, starts, past, output, count }: VerifyInput,
): Promise<ExtendResult> {
  const slots = tokens.length
  const ids = new Int32Array(slots * count)
  const positions = new Int32Array(slots * count)
  for (const [slot, own] of tokens.entries()) {
    ids.set(own, slot * count)
    for (let i = 0; i < count; i++) positions[slot * count + i] = (starts[slot] as number) + i
  }
  const before = past.feeds()
  const feeds = {
    ids: { shape: [slots * count], data: ids },
    ...placeFeeds(core.config, { positions }),
    ...before,
    ...seenByEach(past, before, positions, count),
    places: placesOf(core, past, count),
  }
  const program = verifyingProgram(core, slots, count, output)
  const compiled = await core.programs.get(`verify ${slots}x${count} ${output}`, () =>
    programFor(feeds, core, program, (feed) => freeAxes(feed, true)),
  )
  const { [output]: last, ...block } = await compiled.run(feeds, undefined, [
    output,
    ...keyValueNames(core.config.layers),
  ])
  return { last: last as HostTensor, block }
}

/** What each token sees of the past when it includes the tokens before it: mask and, where fed, positions [slots · count, …]. */
function seenByEach(
  past: KeyValueCache,
  before: NamedHostTensors,
  positions: Int32Array,
  count: number,
): NamedHostTensors {
  const { slots, capacity } = past
  const mask = before['past.mask'] as HostTensor
  const sight = before['past.positions']
  const masks = new Float32Array(slots * count * capacity)
  const sights = new Int32Array(sight ? slots * count * capacity : 0)
  for (let slot = 0; slot < slots; slot++) {
    const first = past.length(slot)
    for (let i = 0; i < count; i++) {
      const at = (slot * count + i) * capacity
      masks.set(mask.data.subarray(slot * capacity, (slot + 1) * capacity), at)
      masks.fill(0, at + first, at + first + i)
      if (!sight) continue
      sights.set(sight.data.subarray(slot * capacity, (slot + 1) * capacity), at)
      sights.set(positions.subarray(slot * count, slot * count + i), at + first)
    }
  }
  return {
    'past.mask': { shape: [slots * count, 1, capacity], data: masks },
    ...(sight && { 'past.positions': { shape: [slots * count, capacity], data: sights } }),
  }
}

/** Where each token's key and value go among all places of the past, [kvHeads · slots · count, 1]. */
function placesOf({ config }: ModelCore, past: KeyValueCache, count: number): HostTensor {
  const { slots, capacity } = past
  const places = new Int32Array(config.keyValueHeads * slots * count)
  for (let block = 0; block < config.keyValueHeads * slots; block++) {
    const first = block * capacity + past.length(block % slots)
    for (let i = 0; i < count; i++) places[block * count + i] = first + i
  }
  return { shape: [places.length, 1], data: places }
}

type VerifyTensors = PlaceTensors & { readonly ids: tf.Tensor; readonly places: tf.Tensor }

function verifyingProgram(core: ModelCore, slots: number, count: number, output: 'logits' | 'argmax') {
  const { architecture, config } = core
  const included = (past: tf.Tensor, tokens: tf.Tensor, places: tf.Tensor) => {
    const [kvHeads, , capacity, size] = past.shape as [number, number, number, number]
    const flat = tf.reshape(past, [kvHeads * slots * capacity, size])
    const own = tf.reshape(tokens, [kvHeads * slots * count, size])
    return tf.reshape(tf.tensorScatterUpdate(flat, places, own), past.shape)
  }
  return (inputs: VerifyTensors, weights: NamedTensors): NamedTensors => {
    const past = pastKeyValues(config.layers, { ...inputs }).map(([source]) => [
      {
        ...(source as PastKeyValues),
        including: ({ keys, values }: KeyValues) => ({
          keys: included((source as PastKeyValues).keys, keys, inputs.places),
          values: included((source as PastKeyValues).values, values, inputs.places),
        }),
      },
    ])
    const { hidden, keyValues } = forward({
      ...{ architecture, config, weights, places: inputs, tokens: inputs.ids, past },
      batch: slots * count,
    })
    const logits = outputLogits(core, weights, hidden)
    return {
      ...(output === 'logits' ? { logits } : { argmax: tf.argMax(logits, -1) }),
      ...namedKeyValues(keyValues),
    }
  }
}
