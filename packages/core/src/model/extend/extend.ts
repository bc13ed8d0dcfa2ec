/**
 * Extending what is cached: new tokens run after existing keys and values. Prefilling extends by a prompt; decoding extends each
 * row by the one token chosen for it. What several requests begin with, a prefix and a shared prompt, runs once and is placed
 * before each of them (shared-context).
 */

import type { HostTensor, NamedTensors } from '../../backend/backend.ts'
import * as tf from '../../tf.ts'
import { forward, outputLogits } from '../decoder/forward.ts'
import type { BlockKeyValues, KeyValueCache } from '../decoder/key-value-cache.ts'
import type { PastKeyValues } from '../decoder/layer.ts'
import type { KeyValues } from '../decoder/layers/attention.ts'
import { type PlaceTensors, placeFeeds } from '../decoder/places.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { programFor } from '../language-model/program-cache.ts'
import { decodingProgram, freeAxes, type StepSettings } from './decoding-program.ts'

/** New tokens, and what precedes them. */
export interface ExtendInput {
  /** New tokens of each row, at least one. */
  readonly tokens: readonly (readonly number[])[]
  /** Position of each row's first new token. */
  readonly starts: readonly number[]
  /** The past: one slot per row, or one for all rows. */
  readonly past?: KeyValueCache | undefined
  /** Output at each row's last token: all logits [rows, V], or the id of the largest. */
  readonly output: 'logits' | 'argmax'
  /** Set if every row has one new token and a past, and more such runs will follow. */
  readonly step?: StepSettings
}

export interface ExtendResult {
  /** [rows, V] float32, or [rows] int32. */
  readonly last: HostTensor
  readonly block: BlockKeyValues
}

/** Block lengths are rounded up to a multiple of this, so that few shapes are compiled. */
const LENGTH_STEP = 8

/** Runs new tokens through the model. Returns their keys and values, and the output at each row's last token. */
export async function extend(core: ModelCore, input: ExtendInput): Promise<ExtendResult> {
  const { tokens, starts, past, output, step } = input
  const batch = tokens.length
  const longest = Math.max(...tokens.map((row) => row.length))
  const length = longest === 1 ? 1 : LENGTH_STEP * Math.ceil(longest / LENGTH_STEP)
  const ids = new Int32Array(batch * length)
  const positions = new Int32Array(batch * length)
  const rows = new Int32Array(batch)
  for (const [row, own] of tokens.entries()) {
    ids.set(own, row * length)
    for (let i = 0; i < length; i++) positions[row * length + i] = (starts[row] as number) + i
    rows[row] = row * length + own.length - 1
  }
  const feeds = {
    ids: { shape: [batch * length], data: ids },
    rows: { shape: [batch], data: rows },
    ...placeFeeds(core.config, { positions }),
    ...past?.feeds(),
  }
  const own = programFor(
    feeds,
    core,
    extensionProgram(core, length, past !== undefined),
    // Prefixes and stacks of any length share a program, so that another one costs no new compilation.
    past && ((feed) => freeAxes(feed, true)),
  )
  const compiled = step
    ? await decodingProgram(core, own.program, feeds, step)
    : await core.programs.get(`extend ${batch}x${length} past of ${past?.slots ?? 0}`, () => own)
  const wanted = [output, ...keyValueNames(core.config.layers)]
  const { [output]: last, ...block } = await compiled.run(feeds, undefined, wanted)
  return { last: last as HostTensor, block }
}

type ExtensionInputs = PlaceTensors & { readonly ids: tf.Tensor; readonly rows: tf.Tensor }

/** Apart from {@link extend}, so that a compiled program does not keep the cache of its first run in memory. */
function extensionProgram(core: ModelCore, length: number, hasPast: boolean) {
  const { architecture, config } = core
  return (inputs: ExtensionInputs, weights: NamedTensors): NamedTensors => {
    const { hidden, keyValues } = forward({
      ...{ architecture, config, weights, places: inputs, tokens: inputs.ids },
      batch: (inputs.ids.shape[0] as number) / length,
      past: hasPast ? pastKeyValues(config.layers, { ...inputs }) : undefined,
    })
    const logits = outputLogits(core, weights, tf.gather(hidden, inputs.rows))
    return { logits, argmax: tf.argMax(logits, -1), ...namedKeyValues(keyValues) }
  }
}

/** The feeds of a {@link KeyValueCache} in the form that layers take. */
export function pastKeyValues(layers: number, inputs: NamedTensors): PastKeyValues[][] {
  const input = (name: string) => inputs[`past.${name}`] as tf.Tensor
  const positions = inputs['past.positions'] && tf.cast(input('positions'), 'float32')
  return Array.from({ length: layers }, (_, layer) => [
    { keys: input(`key.${layer}`), values: input(`value.${layer}`), mask: input('mask'), positions },
  ])
}

export const keyValueNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat()

/** A block's keys and values under the names used by {@link BlockKeyValues}. */
export function namedKeyValues(keyValues: readonly KeyValues[]): NamedTensors {
  const named: Record<string, tf.Tensor> = {}
  for (const [layer, { keys, values }] of keyValues.entries()) {
    named[`key.${layer}`] = keys
    named[`value.${layer}`] = values
  }
  return named
}
