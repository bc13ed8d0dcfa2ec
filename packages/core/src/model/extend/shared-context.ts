import type { Prompt, Tokenizer } from '../../tokenize/tokenizer.ts'
import { forward } from '../decoder/forward.ts'
import {
  type BlockKeyValues,
  createKeyValueCache,
  type KeyValueCache,
  type Lead,
} from '../decoder/key-value-cache.ts'
import { placeFeeds } from '../decoder/places.ts'
import type { Prefix } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { logWeights, partsOf, sightOf, spanOf } from '../language-model/prefix.ts'
import { programFor } from '../language-model/program-cache.ts'
import { extend, namedKeyValues } from './extend.ts'

/** What precedes the own tokens of every request with the same prefix: the prefix and the common beginning of their prompts. */
export interface SharedContext {
  /** Number of prompt tokens covered. */
  readonly sharedTokens: number
  /** Places that it takes in a cache, for prefix and shared prompt. */
  readonly length: number
  /** Its keys and values, batch 1, in pieces. */
  readonly pieces: readonly Piece[]
  /** Describes their positions and weights if the prefix has parts or is always visible. */
  readonly lead: Lead | undefined
}

interface Piece {
  readonly block: BlockKeyValues
  readonly length: number
}

/** Replaces a slot's contents by a context. */
export function enterContext(
  cache: KeyValueCache,
  slot: number,
  { pieces, lead }: Pick<SharedContext, 'pieces' | 'lead'>,
): void {
  cache.clear(slot, lead)
  for (const { block, length } of pieces) cache.append(slot, block, 0, length)
}

/** Shorter heads are read again with every prompt. */
const LEAST_TOKENS = 8

/**
 * The number of a prompt's first tokens that come from its chat template and system prompt: those shared with another first user
 * message; 0 for a text. Depends on the prompt alone, so that what is read separately, and with it every bit of a response, does
 * not depend on the other prompts.
 */
export function headReader(
  tokenizer: Tokenizer,
): (request: Pick<TokenizedRequest, 'prompt' | 'tokens'>) => number {
  const others = new Map<string, readonly number[]>()
  return ({ prompt, tokens }) => {
    if (typeof prompt === 'string') return 0
    const before = prompt.slice(
      0,
      prompt.findIndex(({ role }) => role === 'user'),
    )
    const key = JSON.stringify(before)
    const other = others.get(key) ?? tokenizer.encodePrompt([...before, { role: 'user', content: '1' }])
    others.set(key, other)
    const length = Math.min(
      other.findIndex((id, i) => id !== tokens[i]),
      tokens.length - 1,
    )
    return length < LEAST_TOKENS ? 0 : length
  }
}

/** Heads cached per model and prefix. */
const MOST_KEPT = 4

const kept = new WeakMap<ModelCore, WeakMap<Prefix | ModelCore, Map<string, Promise<SharedContext>>>>()

/** {@link contextOf} for a prompt's first tokens, cached while few others are requested: system prompts recur. */
export function keptContext(
  core: ModelCore,
  prefix: Prefix | undefined,
  head: readonly number[],
): Promise<SharedContext> {
  if (head.length === 0) return contextOf(core, prefix, head)
  const ofModel = kept.get(core) ?? new WeakMap()
  kept.set(core, ofModel)
  const own = ofModel.get(prefix ?? core) ?? new Map<string, Promise<SharedContext>>()
  ofModel.set(prefix ?? core, own)
  const key = head.join(' ')
  const known = own.get(key)
  if (known) return known
  const read = contextOf(core, prefix, head)
  own.set(key, read)
  read.catch(() => own.delete(key))
  for (const oldest of own.keys()) if (own.size > MOST_KEPT) own.delete(oldest)
  return read
}

/** The prompts of requests, grouped by prefix. */
export function promptsByPrefix(
  requests: readonly TokenizedRequest[],
): Map<Prefix | undefined, (readonly number[])[]> {
  const groups = new Map<Prefix | undefined, (readonly number[])[]>()
  for (const { prefix, tokens } of requests) groups.set(prefix, [...(groups.get(prefix) ?? []), tokens])
  return groups
}

/** The context for a prefix followed by a shared prompt. */
export async function contextOf(
  core: ModelCore,
  prefix: Prefix | undefined,
  sharedPrompt: readonly number[],
): Promise<SharedContext> {
  const length = (prefix?.length ?? 0) + sharedPrompt.length
  const parts = prefix ? partsOf(prefix) : []
  const pieces: Piece[] = []
  for (const { prefix: part } of parts) {
    pieces.push({ block: await partKeyValues(core, part), length: part.length })
  }
  const lead = prefix && (prefix.parts || prefix.alwaysVisible) ? leadOf(prefix) : undefined
  if (sharedPrompt.length === 0) return { sharedTokens: 0, length, pieces, lead }
  const cache = createKeyValueCache(core.config, 1, length)
  enterContext(cache, 0, { pieces, lead })
  const { block } = await extend(core, {
    tokens: [sharedPrompt],
    starts: [cache.position(0)],
    output: 'argmax',
    past: prefix && cache,
  })
  cache.append(0, block, 0, sharedPrompt.length)
  return { sharedTokens: sharedPrompt.length, length, pieces: [{ block: cache.block(), length }], lead }
}

const leadOf = (prefix: Prefix): Lead => ({
  surplus: prefix.length - spanOf(prefix),
  logWeights: logWeights(prefix),
  positions: sightOf(prefix),
})

/** Keys and values of a prefix without parts at positions 0 … m−1, [kvHeads, 1, m, D] per layer; cached by the model. */
export const partKeyValues = (core: ModelCore, prefix: Prefix): Promise<BlockKeyValues> =>
  core.prefixes.get(prefix, () => compute(core, prefix))

async function compute(core: ModelCore, prefix: Prefix): Promise<BlockKeyValues> {
  const { architecture, config } = core
  const { length, embeddings } = prefix
  const positions = Int32Array.from({ length }, (_, i) => i)
  const feeds = {
    prefix: { shape: [length, config.hiddenSize], data: embeddings },
    ...placeFeeds(config, { positions, sight: sightOf(prefix) }),
  }
  const compiled = await core.programs.get(`prefix ${length}`, () =>
    programFor(feeds, core, (inputs, weights) => {
      const pass = { architecture, config, weights, batch: 1, places: inputs, tokens: inputs.prefix }
      return namedKeyValues(forward(pass).keyValues)
    }),
  )
  return compiled.run(feeds)
}

/** A prompt ready for generation. */
export interface TokenizedRequest {
  readonly index: number
  readonly prompt: Prompt
  /** Ids of the prompt. */
  readonly tokens: readonly number[]
  readonly prefix: Prefix | undefined
  /** Seed of its own sampling stream. Default: derived from the batch's seed and the index. */
  readonly seed?: number | undefined
}
