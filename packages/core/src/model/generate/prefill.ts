import type { HostTensor } from '../../backend/backend.ts'
import { createRandom, type Random } from '../../random.ts'
import { createKeyValueCache, freeCapacityFor, type KeyValueCache } from '../decoder/key-value-cache.ts'
import { extend } from '../extend/extend.ts'
import { enterContext, type SharedContext, type TokenizedRequest } from '../extend/shared-context.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import type { SampleOptions } from './sample.ts'

/**
 * Prepares to draw from logits [rows, V], with `count` rows per element of `sampling`; the result draws from one row, which must
 * have options. The only implementation is loaded on demand, so that greedy generation does without it.
 */
export type Sampler = (
  core: Pick<ModelCore, 'programs' | 'precision'>,
  logits: HostTensor,
  sampling: readonly (SampleOptions | undefined)[],
  count: number,
) => Promise<(logits: Float32Array, row: number, random: Random) => number>

/** A prompt, and how to generate its response. */
export interface BatchRequest extends TokenizedRequest {
  readonly maxTokens: number
  /** How to draw ids. Absent: greedy. */
  readonly sampling?: (SampleOptions & { readonly sampler: Sampler }) | undefined
  readonly seed: number
  readonly stops: ReadonlySet<number>
  /** A prediction of how the response may begin. */
  readonly draft?: readonly number[] | undefined
  /** Called with the logits [V] from which each token was chosen. */
  readonly observe?: ((logits: Float32Array, token: number) => void) | undefined
}

/** Where a request's draft is in a map of drafts. */
export const draftKey = ({ tokens }: Pick<TokenizedRequest, 'tokens'>): string => tokens.join(' ')

/** A sequence being generated. */
export interface Row {
  readonly request: BatchRequest
  readonly random: Random
  /** Tokens of the response whose keys and values are in the cache. */
  readonly fed: number[]
  /** Maximum number of tokens still to generate. */
  left: number
  /** The next token to feed. */
  next: number
  /** Predicted tokens after it. */
  draft: readonly number[]
}

/** Accepts a chosen token. If the draft predicted another, the rest of it is discarded. */
export function advance(row: Row, token: number): void {
  row.draft = row.draft[0] === token ? row.draft.slice(1) : []
  row.next = token
}

/** Provides cached keys and values that precede prompts or that prompts begin with. */
export interface Contexts {
  /** The cached context of each request, which covers fewer than all of its tokens. */
  find(requests: readonly BatchRequest[]): Promise<SharedContext[]>
  /** Called when a cache slot holds a request's prompt and some tokens of its response. */
  keep?(request: BatchRequest, response: readonly number[], cache: KeyValueCache, slot: number): void
}

/**
 * Prefills prompts after their shared contexts, whose keys and values are cached, and puts everything into the slots of the
 * decoding cache.
 */
export async function prefill(
  core: ModelCore,
  requests: readonly BatchRequest[],
  contexts: Contexts,
  cache: KeyValueCache,
  slots: readonly number[],
): Promise<Row[]> {
  const shared = await contexts.find(requests)
  const batch = Math.min(2 ** Math.ceil(Math.log2(requests.length)), Math.max(cache.slots, requests.length))
  const past = pastOf(core, shared, batch)
  for (const [row, context] of shared.entries()) enterContext(cache, slots[row] as number, context)
  const own = requests.map(({ tokens }, row) => tokens.slice(shared[row]?.sharedTokens))
  const padding = new Array<readonly number[]>(batch - requests.length).fill([0])
  const rows = requests.map((request) => ({ request }))
  const { last, block } = await extend(core, {
    tokens: [...own, ...padding],
    starts: Array.from({ length: batch }, (_, row) => past.position(past.slots === 1 ? 0 : row)),
    output: outputFor(rows),
    past: shared.some(({ length }) => length > 0) ? past : undefined,
  })
  const choose = await chooser(core, last, rows)
  return requests.map((request, row) => {
    const slot = slots[row] as number
    cache.append(slot, block, row, (own[row] as readonly number[]).length)
    contexts.keep?.(request, [], cache, slot)
    const random = createRandom(request.seed)
    const left = Math.min(request.maxTokens, core.config.maxPositions - cache.position(slot))
    const started: Row = { ...{ request, random, left, fed: [], next: 0 }, draft: request.draft ?? [] }
    advance(started, choose(row, started))
    return started
  })
}

/** What precedes the rows, in slots of their own. A context that all of them have is one slot, which all attend to. */
function pastOf({ config }: ModelCore, contexts: readonly SharedContext[], batch: number): KeyValueCache {
  const longest = Math.max(...contexts.map(({ length }) => length))
  const same = contexts.every((context) => context === contexts[0])
  const past = createKeyValueCache(config, same ? 1 : batch, longest, freeCapacityFor)
  for (const [slot, context] of contexts.slice(0, past.slots).entries()) enterContext(past, slot, context)
  return past
}

/** `logits` if one of the rows needs them, else `argmax`. */
export const outputFor = (rows: readonly (Pick<Row, 'request'> | undefined)[]): 'logits' | 'argmax' =>
  rows.some((row) => row && (row.request.sampling || row.request.observe)) ? 'logits' : 'argmax'

/** Chooses a row's next id, from all its logits or as computed by the program; each row has `count` consecutive places. */
export async function chooser(
  core: ModelCore,
  last: HostTensor,
  rows: readonly (Pick<Row, 'request'> | undefined)[],
  count = 1,
): Promise<(place: number, row: Row) => number> {
  const { data, shape } = last
  const sampling = rows.map((row) => row?.request.sampling)
  const draw = await sampling.find(Boolean)?.sampler(core, last, sampling, count)
  return (place, { random, request }) => {
    if (data instanceof Int32Array) return data[place] as number
    const size = shape[1] as number
    const logits = data.subarray(place * size, (place + 1) * size)
    const token = request.sampling && draw ? draw(logits, place, random) : indexOfLargest(logits)
    request.observe?.(logits, token)
    return token
  }
}

/** The first index of the largest number. */
function indexOfLargest(numbers: Float32Array): number {
  let first = 0
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[first] as number)) first = i
  return first
}
