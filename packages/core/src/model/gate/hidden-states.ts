import type { NamedHostTensors, NamedTensors } from '../../backend/backend.ts'
import { PatchError, throwIfAborted } from '../../errors.ts'
import * as tf from '../../tf.ts'
import { forward } from '../decoder/forward.ts'
import { createKeyValueCache, freeCapacityFor } from '../decoder/key-value-cache.ts'
import { type PlaceTensors, placeFeeds } from '../decoder/places.ts'
import { freeAxes } from '../extend/decoding-program.ts'
import { pastKeyValues } from '../extend/extend.ts'
import { enterContext, keptContext, type SharedContext } from '../extend/shared-context.ts'
import type { ScoreOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import type { ReadingPlace } from '../language-model/prefix.ts'
import { programFor } from '../language-model/program-cache.ts'
import { sharedPromptLength } from '../score/row-layout.ts'
import type { ReadTokens } from './asked-request.ts'

/** Row lengths are rounded up to a multiple of this, so that few programs are compiled. */
const LENGTH_STEP = 16

/** Maximum number of positions per run; more are not faster. */
const MOST_POSITIONS = 1024

/**
 * The base model's readings of prompts, for each place: after each of its layers the hidden state [d] of the last token, then the
 * mean [d] of the last `window` ones, no earlier than `from`. Runs only as many layers as are read.
 */
export async function hiddenStates(
  core: ModelCore,
  prompts: readonly ReadTokens[],
  places: readonly ReadingPlace[],
  { batchSize = 8, signal }: ScoreOptions = {},
): Promise<Float32Array[][]> {
  checkPrompts(core, prompts)
  const shared = await sharedPromptOf(core, prompts)
  const found: Float32Array[][] = new Array(prompts.length)
  const order = [...prompts.keys()].sort((a, b) => lengthOf(prompts, a) - lengthOf(prompts, b))
  let start = 0
  while (start < order.length) {
    throwIfAborted(signal, 'reading prompts')
    // Longer prompts run in smaller batches, to bound a program's memory.
    const longest = lengthOf(prompts, order[Math.min(start + batchSize, order.length) - 1] as number)
    const size = Math.max(1, Math.min(batchSize, 2 ** Math.floor(Math.log2(MOST_POSITIONS / longest))))
    const chosen = order.slice(start, start + size)
    start += size
    const outputs = await readBatch(
      core,
      chosen.map((index) => prompts[index] as ReadTokens),
      places,
      shared,
    )
    for (const [row, index] of chosen.entries()) found[index] = rowReadings(outputs, places, row)
  }
  return found
}

const lengthOf = (prompts: readonly ReadTokens[], index: number) => prompts[index]?.tokens.length ?? 0

async function readBatch(
  core: ModelCore,
  whole: readonly ReadTokens[],
  places: readonly ReadingPlace[],
  shared: SharedContext | undefined,
): Promise<NamedHostTensors> {
  const { config } = core
  const before = shared?.sharedTokens ?? 0
  const prompts = whole.map(({ tokens, from }) => ({ tokens: tokens.slice(before), from: from - before }))
  const batch = prompts.length
  const longest = Math.max(...prompts.map(({ tokens }) => tokens.length))
  const length = LENGTH_STEP * Math.ceil(longest / LENGTH_STEP)
  const ids = new Int32Array(batch * length)
  for (const [row, { tokens }] of prompts.entries()) ids.set(tokens, row * length)
  const feeds = {
    ids: { shape: [batch * length], data: ids },
    rows: {
      shape: [batch],
      data: Int32Array.from(prompts, ({ tokens }, row) => row * length + tokens.length - 1),
    },
    ...placeFeeds(config, {
      positions: Int32Array.from({ length: batch * length }, (_, i) => before + (i % length)),
    }),
    ...readingFeeds(places, prompts, length),
    ...(shared && pastFeeds(core, shared, layersRead(places))),
  }
  const name = `hidden ${batch}x${length} past ${shared !== undefined} at ${readingKey(places)}`
  const compiled = await core.programs.get(name, () =>
    programFor(
      feeds,
      core,
      readingProgram(core, places, length, shared !== undefined),
      shared && ((feed) => freeAxes(feed, true)),
    ),
  )
  return compiled.run(feeds)
}

type ReadingInputs = PlaceTensors & { readonly ids: tf.Tensor }

/** Apart from {@link readBatch}, so that a compiled program does not keep the feeds of its first run in memory. */
function readingProgram(
  { architecture, config }: ModelCore,
  places: readonly ReadingPlace[],
  length: number,
  hasPast: boolean,
) {
  const layers = layersRead(places)
  return (inputs: ReadingInputs, weights: NamedTensors): NamedTensors => {
    const { readings, afterLayer } = endReadings(places, { ...inputs }, length)
    const batch = (inputs.ids.shape[0] as number) / length
    const pass = { architecture, config, weights, batch, places: inputs, tokens: inputs.ids }
    const past = hasPast ? pastKeyValues(layers, { ...inputs }) : undefined
    forward({ ...pass, layers, afterLayer, past })
    return readings
  }
}

/** How many layers run. */
const layersRead = (places: readonly ReadingPlace[]) => Math.max(...places.flatMap(({ layers }) => layers))

/** Shorter shared prompts are read again with every prompt. */
const LEAST_TOKENS = 8

/** The common beginning of all prompts, up to where averaging starts. */
async function sharedPromptOf(
  core: ModelCore,
  prompts: readonly ReadTokens[],
): Promise<SharedContext | undefined> {
  const common = sharedPromptLength(prompts.map(({ tokens }) => tokens))
  const length = Math.min(common, ...prompts.map(({ from }) => from))
  if (!(length >= LEAST_TOKENS)) return undefined
  return keptContext(core, undefined, (prompts[0] as ReadTokens).tokens.slice(0, length))
}

/** One row, which all prompts attend to. */
function pastFeeds(core: ModelCore, shared: SharedContext, layers: number): NamedHostTensors {
  const past = createKeyValueCache(core.config, 1, shared.length, freeCapacityFor)
  enterContext(past, 0, shared)
  const used = (feed: string) => !/\d+$/.test(feed) || Number(feed.split('.').at(-1)) < layers
  return Object.fromEntries(Object.entries(past.feeds()).filter(([feed]) => used(feed)))
}

function checkPrompts({ config }: ModelCore, prompts: readonly ReadTokens[]): void {
  const bad = prompts.findIndex(({ tokens }) => tokens.length === 0 || tokens.length > config.maxPositions)
  if (bad < 0) return
  const { length } = (prompts[bad] as ReadTokens).tokens
  throw new PatchError(length === 0 ? 'INVALID_ARGUMENT' : 'CONTEXT_EXCEEDED', {
    expected: `prompts of 1 to ${config.maxPositions} tokens`,
    found: `${length} tokens in prompt ${bad}`,
    remedy: length === 0 ? 'Add some text' : 'Shorten the prompt',
  })
}

/** Distinguishes programs that read at different places. */
export const readingKey = (places: readonly ReadingPlace[]): string =>
  places.map(({ layers, window }) => `${layers.join()}/${window}`).join(' ')

/**
 * A program's feeds for reading the ends of rows: the averaging weights, by window.
 *
 * @param length places per row
 */
function readingFeeds(
  places: readonly ReadingPlace[],
  prompts: readonly ReadTokens[],
  length: number,
): NamedHostTensors {
  const feeds: Record<string, NamedHostTensors[string]> = {}
  for (const window of new Set(places.map((place) => place.window))) {
    const data = new Float32Array(prompts.length * length)
    for (const [row, { tokens, from: first }] of prompts.entries()) {
      const own = tokens.length
      const from = Math.max(first, own - window)
      data.fill(1 / (own - from), row * length + from, row * length + own)
    }
    feeds[`window.${window}`] = { shape: [prompts.length, 1, length], data }
  }
  return feeds
}

/** The outputs `reading.i.j` [batch, 2d], one per layer of each place, filled by `afterLayer`. */
function endReadings(places: readonly ReadingPlace[], inputs: NamedTensors, length: number) {
  const readings: Record<string, tf.Tensor> = {}
  const afterLayer = (layer: number, x: tf.Tensor): void => {
    for (const [i, place] of places.entries()) {
      const at = place.layers.indexOf(layer)
      if (at < 0) continue
      const width = x.shape[1] as number
      const mean = tf.matMul(
        inputs[`window.${place.window}`] as tf.Tensor3D,
        tf.reshape(x, [-1, length, width]),
      )
      readings[`reading.${i}.${at}`] = tf.concat(
        [tf.gather(x, inputs.rows as tf.Tensor1D), tf.reshape(mean, [-1, width])],
        1,
      )
    }
  }
  return { readings, afterLayer }
}

/** The readings of one row, in the order of the places. */
const rowReadings = (
  outputs: NamedHostTensors,
  places: readonly ReadingPlace[],
  row: number,
): Float32Array[] =>
  places.map(({ layers }, i) => {
    const read = layers.map((_, at) => outputs[`reading.${i}.${at}`] as NamedHostTensors[string])
    const width = read[0]?.shape[1] as number
    const reading = new Float32Array(width * layers.length)
    for (const [at, { data }] of read.entries()) {
      reading.set((data as Float32Array).subarray(row * width, (row + 1) * width), at * width)
    }
    return reading
  })
