import { createKeyValueCache, selectSlots } from '../decoder/key-value-cache.ts'
import { extend } from '../extend/extend.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import {
  advance,
  type BatchRequest,
  type Contexts,
  chooser,
  outputFor,
  prefill,
  type Row,
} from './prefill.ts'

/** An event of one request: a new token, or its end. */
export type GenerationEvent =
  | { readonly type: 'token'; readonly index: number; readonly token: number }
  | { readonly type: 'end'; readonly index: number; readonly finishReason: 'stop' | 'length' }

/** How a batch runs. */
export interface BatchSettings {
  /** Maximum number of sequences decoded together. */
  readonly slots: number
  /** Provides cached beginnings of prompts. */
  readonly contexts: Contexts
  /** Whether many steps will follow, so that it pays to rearrange the weights once. */
  readonly often: boolean
  /** Whether requests arrive one by one: each starts as soon as a slot is free, and there are no more slots than needed. */
  readonly live: boolean
}

/** Sequences decoded together, each in a slot of the key/value cache; when one ends, a waiting one takes its slot. */
export interface Batch {
  readonly running: number
  readonly waiting: number
  /** Queues requests, in this order. */
  add(requests: readonly BatchRequest[]): void
  /** Ends a request without an event and frees its slot. */
  cancel(index: number): void
  /** Prefills waiting prompts if there is room, else decodes the next token of every sequence; returns what happened. */
  step(): Promise<GenerationEvent[]>
}

/** Maximum key/value cache capacity allocated up front; a larger one grows on demand. */
const INITIAL_CAPACITY = 512

/**
 * Maximum number of tokens, including padding, of prompts prefilled together. More would be no faster, and the keys and values of
 * all layers are held until the end.
 */
const PREFILL_TOKENS = 1024

/** Tokens of each row verified in one pass, including its newest. Such a pass takes about as long as three to five steps. */
const VERIFIED = 8

/**
 * Continuous batching. When a quarter of the slots are free (in a live batch, one slot), waiting prompts are prefilled into them,
 * in several passes if they are long. When none wait and three quarters are free, the cache shrinks.
 */
export function createBatch(core: ModelCore, { slots, contexts, often, live }: BatchSettings): Batch {
  const waiting: BatchRequest[] = []
  let rows: (Row | undefined)[] = []
  let cache = createKeyValueCache(core.config, 0)
  /** Whether the last prefill left slots free because its prompts were many tokens. */
  let filling = false
  const taken = () => [...rows.keys()].filter((slot) => rows[slot])

  /** Resizes to `size` slots, busy ones first. */
  const arrange = (size: number, places: number) => {
    const kept = taken()
    cache = selectSlots(core.config, cache, kept, { slots: size, places })
    rows = Array.from({ length: size }, (_, slot) => rows[kept[slot] ?? -1])
  }

  /** Takes the requests to prefill next, as many as fit. */
  const next = (room: number) => {
    const [first] = waiting
    const longest = first ? first.tokens.length : 0
    const some = waiting.slice(0, Math.max(1, Math.min(room, Math.floor(PREFILL_TOKENS / longest))))
    const shorter = some.findIndex(({ tokens }) => tokens.length > longest * 2)
    return waiting.splice(0, shorter > 0 ? shorter : some.length)
  }

  const start = async (busy: number): Promise<GenerationEvent[]> => {
    const started = next(slots - busy)
    filling = busy + started.length < slots
    if (rows.length < busy + started.length) {
      const size = live ? Math.min(slots, 2 ** Math.ceil(Math.log2(busy + started.length))) : slots
      const need = Math.max(...started.map(({ tokens, prefix }) => tokens.length + (prefix?.length ?? 0)))
      const most = Math.max(...started.map(({ maxTokens }) => maxTokens))
      const spare = started.some(({ draft }) => draft) ? VERIFIED - 1 : 0
      arrange(size, Math.min(need + most, INITIAL_CAPACITY) + spare)
    }
    const free = [...rows.keys()].filter((slot) => !rows[slot]).slice(0, started.length)
    const fresh = await prefill(core, started, contexts, cache, free)
    for (const [i, slot] of free.entries()) rows[slot] = fresh[i]
    return settle(free)
  }

  /**
   * Feeds every row's newest token, followed by its draft, up to `count` tokens, and chooses a token after each for as long as
   * the draft predicted the choices. The tokens are the same as one by one (speculative decoding, Leviathan et al. 2023, with
   * draft and sample from one stream). Free slots run along without effect.
   */
  const decode = async (count: number): Promise<GenerationEvent[]> => {
    if (count > 1) {
      const needed = count + Math.max(...[...rows.keys()].map((slot) => cache.length(slot)))
      if (needed > cache.capacity) arrange(rows.length, needed)
    }
    const fed = rows.map((row) =>
      row ? [row.next, ...row.draft.slice(0, Math.min(count, row.left) - 1)] : [0],
    )
    const input = {
      tokens: fed,
      starts: rows.map((row, slot) => (row ? cache.position(slot) : 0)),
      past: cache,
      output: outputFor(rows),
    }
    const { last, block } =
      count > 1
        ? await (await import('../extend/verify.ts')).verify(core, { ...input, count })
        : await extend(core, {
            ...input,
            step: { single: rows.length === 1 && (live || slots === 1), often },
          })
    const choose = await chooser(core, last, rows, count)
    const events: GenerationEvent[] = []
    for (const [slot, row] of rows.entries()) {
      if (!row) cache.clear(slot)
      for (const [i, token] of (fed[slot] ?? []).entries()) {
        if (!row || rows[slot] !== row || row.next !== token) break
        cache.append(slot, block, slot * count + i, 1)
        row.fed.push(token)
        advance(row, choose(slot * count + i, row))
        events.push(...settle([slot]))
      }
    }
    return events
  }

  /** Emits the newest token of the rows in some slots, and frees the slots of rows that are finished. */
  const settle = (some: readonly number[]): GenerationEvent[] => {
    const events: GenerationEvent[] = []
    for (const slot of some) {
      const row = rows[slot]
      if (!row) continue
      const { index, stops } = row.request
      const stopped = stops.has(row.next)
      if (!stopped) {
        events.push({ type: 'token', index, token: row.next })
        row.left--
      }
      if (!stopped && row.left > 0) continue
      rows[slot] = undefined
      contexts.keep?.(row.request, row.fed, cache, slot)
      events.push({ type: 'end', index, finishReason: stopped ? 'stop' : 'length' })
    }
    return events
  }

  return {
    get running() {
      return taken().length
    },
    get waiting() {
      return waiting.length
    },
    add: (requests) => void waiting.push(...requests),
    cancel(index) {
      const place = waiting.findIndex((request) => request.index === index)
      if (place >= 0) waiting.splice(place, 1)
      rows = rows.map((row) => (row?.request.index === index ? undefined : row))
    },
    async step() {
      const busy = taken().length
      const enough = filling || live ? 1 : slots / 4
      if (waiting.length > 0 && (busy === 0 || slots - busy >= enough)) return start(busy)
      filling = false
      if (busy <= rows.length / 4 && waiting.length === 0) arrange(busy, live ? 0 : cache.capacity)
      if (busy === 0) return []
      return decode(rows.filter((row) => row && row.draft.length > 0).length > busy / 2 ? VERIFIED : 1)
    },
  }
}
