import type { HostTensor } from '../../backend/backend.ts'
import { createRandom, type Random } from '../../random.ts'
import { createKeyValueCache, type KeyValueCache } from '../decoder/key-value-cache.ts'
import { extend } from '../extend/extend.ts'
import { enterContext, type SharedContext, type TokenizedRequest } from '../extend/shared-context.ts'
import type { ModelCore } from '../language-model/model-core.ts'

/** A prompt, and how its response is made. */
export interface BatchRequest extends TokenizedRequest {
  readonly maxTokens: number
  /** Chooses an id by logits [V]; absent: the largest. */
  readonly draw?: ((logits: Float32Array, random: Random) => number) | undefined
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
  const { last, block } = await extend(core, {
    tokens: [...own, ...padding],
    starts: Array.from({ length: batch }, (_, row) => past.position(row)),
    output: outputFor(requests.map((request) => ({ request }))),
    past: longest > 0 ? past : undefined,
  })
  return requests.map((request, row) => {
    const slot = slots[row] as number
    cache.append(slot, block, row, (own[row] as readonly number[]).length)
    contexts.keep?.(request, [], cache, slot)
    const random = createRandom(request.seed)
    const left = Math.min(request.maxTokens, core.config.maxPositions - cache.position(slot))
    const started: Row = { ...{ request, random, left, fed: [], next: 0 }, draft: request.draft ?? [] }
    advance(started, choose(last, row, random, request))
    return started
  })
}

/** All logits, where one of the rows needs them. */
export const outputFor = (rows: readonly (Pick<Row, 'request'> | undefined)[]): 'logits' | 'argmax' =>
  rows.some((row) => row && (row.request.draw || row.request.observe)) ? 'logits' : 'argmax'

/** The next id of one row, from all its logits or as the program chose it. */
export function choose(
  { data, shape }: HostTensor,
  row: number,
  random: Random,
  { draw = indexOfLargest, observe }: BatchRequest,
): number {
  if (data instanceof Int32Array) return data[row] as number
  const size = shape[1] as number
  const logits = data.subarray(row * size, (row + 1) * size)
  const token = draw(logits, random)
  observe?.(logits, token)
  return token
}

/** The first index of the largest of some numbers. */
function indexOfLargest(numbers: Float32Array): number {
  let first = 0
  for (let i = 1; i < numbers.length; i++) if ((numbers[i] as number) > (numbers[first] as number)) first = i
  return first
}
