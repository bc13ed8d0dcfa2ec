/**
 * Generation: prompts are prefilled (prefill), then each row is extended by the token that was chosen for it (sample), many
 * rows at a time, and a row that ends makes room for the next prompt.
 */

import { PatchError, throwIfAborted } from '../../errors.ts'
import {
  createKeyValueCache,
  freeCapacityFor,
  type KeyValueCache,
  selectSlots,
} from '../decoder/key-value-cache.ts'
import { extend } from '../extend/extend.ts'
import { sharedContexts, type TokenizedRequest } from '../extend/shared-context.ts'
import { openGates } from '../gate/open-gates.ts'
import type { GenerateOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { spanOf } from '../language-model/prefix.ts'
import { choose, prefill, type Row, type Settings } from './prefill.ts'

/** Something that happened to one request: a token came, or it is finished. */
export type GenerationEvent =
  | { readonly type: 'token'; readonly index: number; readonly token: number }
  | { readonly type: 'end'; readonly index: number; readonly finishReason: 'stop' | 'length' }

/** Steps that are worth arranging the weights for; counted as if no response ended early. */
const MANY_STEPS = 32

/** Longest key/value cache that is made at once; a longer one grows as it is needed. */
const INITIAL_CAPACITY = 512

/**
 * Continuous batching: up to `batchSize` sequences are decoded together, each in a slot of the key/value cache.
 * When a quarter of the slots are free, waiting prompts are prefilled and take their places; when none wait and
 * three quarters are free, the cache is made smaller. Gates decide before anything else.
 */
export async function* generateTokens(
  core: ModelCore,
  given: readonly TokenizedRequest[],
  options: GenerateOptions = {},
): AsyncGenerator<GenerationEvent> {
  const settings = checkOptions(options, given.length)
  for (const request of given) checkLength(core, request)
  const { batchSize } = settings
  const requests = await openGates(core, given, { batchSize, signal: options.signal })
  // Prompts of like length are prefilled together, so that little of a block is padding.
  const waiting = [...requests].sort((a, b) => b.tokens.length - a.tokens.length || a.index - b.index)
  const contexts = await sharedContexts(core, requests)
  const need = Math.max(0, ...requests.map(({ tokens, prefix }) => tokens.length + (prefix?.length ?? 0)))
  const capacity = Math.min(need + settings.maxTokens, INITIAL_CAPACITY)
  let rows: (Row | undefined)[] = new Array(Math.min(settings.batchSize, requests.length)).fill(undefined)
  let cache = createKeyValueCache(core.config, rows.length, capacity, freeCapacityFor)
  for (;;) {
    throwIfAborted(options.signal, 'generation')
    const free = [...rows.keys()].filter((slot) => rows[slot] === undefined)
    const busy = rows.length - free.length
    if (busy === 0 && waiting.length === 0) return
    if (waiting.length > 0 && (busy === 0 || free.length >= rows.length / 4)) {
      const started = waiting.splice(0, free.length)
      const slots = free.slice(0, started.length)
      const fresh = await prefill(core, started, settings, contexts, cache, slots)
      for (const [i, slot] of slots.entries()) rows[slot] = fresh[i]
      yield* settle(rows, slots)
    } else {
      if (waiting.length === 0 && busy > 0 && busy <= rows.length / 4) {
        const kept = [...rows.keys()].filter((slot) => rows[slot])
        cache = selectSlots(core.config, cache, kept)
        rows = kept.map((slot) => rows[slot])
      }
      await decodeOne(core, rows, cache, settings)
      yield* settle(rows, [...rows.keys()])
    }
  }
}

/** Feeds every row's newest token and chooses the one after it. Free slots run along without effect. */
async function decodeOne(
  core: ModelCore,
  rows: readonly (Row | undefined)[],
  cache: KeyValueCache,
  settings: Settings,
) {
  const { last, block } = await extend(core, {
    tokens: rows.map((row) => [row?.next ?? 0]),
    starts: rows.map((row, slot) => (row ? cache.position(slot) : 0)),
    past: cache,
    output: settings.output,
    step: settings.step,
  })
  for (const [slot, row] of rows.entries()) {
    if (!row) {
      cache.clear(slot)
      continue
    }
    cache.append(slot, block, slot, 1)
    row.next = choose(last, slot, row.random, settings)
  }
}

/** Reports the newest token of the rows in some slots, and frees the slots of those for which it is the last. */
function* settle(rows: (Row | undefined)[], slots: readonly number[]): Generator<GenerationEvent> {
  for (const slot of slots) {
    const row = rows[slot]
    if (!row) continue
    const { index } = row
    const stopped = row.stops.has(row.next)
    if (!stopped) {
      yield { type: 'token', index, token: row.next }
      row.left--
    }
    if (stopped || row.left === 0) {
      rows[slot] = undefined
      yield { type: 'end', index, finishReason: stopped ? 'stop' : 'length' }
    }
  }
}

function checkOptions(options: GenerateOptions, requests: number): Settings {
  const {
    maxTokens = 128,
    batchSize = 16,
    temperature = 0,
    topK = 0,
    topP = 1,
    seed = 0,
    stopTokens = [],
  } = options
  const problems = [
    !(Number.isInteger(maxTokens) && maxTokens > 0) && `maxTokens ${maxTokens}`,
    !(Number.isInteger(batchSize) && batchSize > 0) && `batchSize ${batchSize}`,
    !(Number.isFinite(temperature) && temperature >= 0) && `temperature ${temperature}`,
    !(Number.isInteger(topK) && topK >= 0) && `topK ${topK}`,
    !(topP > 0 && topP <= 1) && `topP ${topP}`,
  ].filter((problem) => problem !== false)
  if (problems.length > 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'maxTokens and batchSize of at least 1, temperature and topK of at least 0, topP in (0, 1]',
      found: problems.join(', '),
      remedy: 'Correct these options',
    })
  }
  const output = temperature === 0 ? 'argmax' : 'logits'
  const step = {
    single: Math.min(batchSize, requests) === 1,
    often: maxTokens * Math.ceil(requests / batchSize) >= MANY_STEPS,
  }
  return { maxTokens, batchSize, temperature, topK, topP, seed, stopTokens, output, step }
}

function checkLength({ config }: ModelCore, { tokens, prefix, index }: TokenizedRequest): void {
  const before = spanOf(prefix)
  if (tokens.length === 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'prompts of at least one token',
      found: `that prompt ${index} has none`,
      remedy: 'Add some text',
    })
  }
  if (before + tokens.length < config.maxPositions) return
  throw new PatchError('CONTEXT_EXCEEDED', {
    expected: `a prompt that leaves room in the context of ${config.maxPositions} tokens`,
    found: `${tokens.length} tokens after a prefix of ${before} in prompt ${index}`,
    remedy: 'Shorten the prompt',
  })
}
