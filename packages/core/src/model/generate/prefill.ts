import type { HostTensor } from '../../backend/backend.ts'
import { createRandom, type Random } from '../../random.ts'
import { createKeyValueCache, type KeyValueCache } from '../decoder/key-value-cache.ts'
import { extend } from '../extend/extend.ts'
import { enterContext, type SharedContext, type TokenizedRequest } from '../extend/shared-context.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import type { SampleOptions } from './sample.ts'

/**
 * Gets ready to draw from logits [rows, V], `count` rows for each of the options; what it gives draws from one row of them, which
 * has options. There is one, which who generates greedily does not load.
 */
export type Sampler = (
  core: Pick<ModelCore, 'programs' | 'precision'>,
  logits: HostTensor,
  sampling: readonly (SampleOptions | undefined)[],
  count: number,
) => Promise<(logits: Float32Array, row: number, random: Random) => number>

/** A prompt, and how its response is made. */
export interface BatchRequest extends TokenizedRequest {
  readonly maxTokens: number
  /** How ids are drawn; absent: that of the largest logit is taken. */
  readonly sampling?: (SampleOptions & { readonly sampler: Sampler }) | undefined
  readonly seed: number
  readonly stops: ReadonlySet<number>
  /** Tokens that the response may begin with. */
  readonly draft?: readonly number[] | undefined
  /** Sees the logits [V] from which each token was chosen. */
  readonly observe?: ((logits: Float32Array, token: number) => void) | undefined
}

/** A sequence that is being generated. */
export interface Row {
  readonly request: BatchRequest
  readonly random: Random
  /** Tokens of the response whose keys and values are in the cache. */
  readonly fed: number[]
  /** Most tokens it may still get. */
  left: number
  /** The token that is fed next. */
  next: number
  /** What may follow it. */
  draft: readonly number[]
}

/** Takes a token that was chosen; what is left of a draft that foresaw another is of no use. */
export function advance(row: Row, token: number): void {
  row.draft = row.draft[0] === token ? row.draft.slice(1) : []
  row.next = token
}

/** Where the keys and values come from that stand before prompts or that prompts begin with. */
export interface Contexts {
  /** What is at hand for each request, fewer of its tokens than all. */
  find(requests: readonly BatchRequest[]): Promise<SharedContext[]>
  /** Is told that the slot of a cache holds the prompt of a request and some tokens of its response. */
  keep?(request: BatchRequest, response: readonly number[], cache: KeyValueCache, slot: number): void
}

/**
 * Prefills prompts behind what they share, whose keys and values are at hand, and puts all of it into the slots of
 * the cache that is decoded from.
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
  const longest = Math.max(...shared.map(({ length }) => length))
  const past = createKeyValueCache(core.config, batch, longest)
  for (const [row, context] of shared.entries()) {
    enterContext(past, row, context)
    enterContext(cache, slots[row] as number, context)
  }
  const own = requests.map(({ tokens }, row) => tokens.slice(shared[row]?.sharedTokens))
  const padding = new Array<readonly number[]>(batch - requests.length).fill([0])
  const rows = requests.map((request) => ({ request }))
  const { last, block } = await extend(core, {
    tokens: [...own, ...padding],
    starts: Array.from({ length: batch }, (_, row) => past.position(row)),
    output: outputFor(rows),
    past: longest > 0 ? past : undefined,
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

/** All logits, where one of the rows needs them. */
export const outputFor = (rows: readonly (Pick<Row, 'request'> | undefined)[]): 'logits' | 'argmax' =>
  rows.some((row) => row && (row.request.sampling || row.request.observe)) ? 'logits' : 'argmax'

/** Gives the next id of a row, from all its logits or as the program chose it, `count` of each row in turn. */
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

/** The first index of the largest of some numbers. */
function indexOfLargest(numbers: Float32Array): number {
  let first = 0
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[first] as number)) first = i
  return first
}
