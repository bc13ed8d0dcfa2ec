import type { Prompt } from '../../tokenize/tokenizer.ts'
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
import { sharedPromptLength } from '../score/row-layout.ts'
import { extend, namedKeyValues } from './extend.ts'

/** What stands before the own tokens of every request with one prefix: the prefix and how their prompts all begin. */
export interface SharedContext {
  /** Prompt tokens that it covers. */
  readonly sharedTokens: number
  /** Places that it takes in a cache: prefix and shared prompt. */
  readonly length: number
  /** Its keys and values, batch 1, in pieces. */
  readonly pieces: readonly Piece[]
  /** How they count, where the prefix has parts. */
  readonly lead: Lead | undefined
}

interface Piece {
  readonly block: BlockKeyValues
  readonly length: number
}

/** Puts a context into a slot, in place of what is there. */
export function enterContext(
  cache: KeyValueCache,
  slot: number,
  { pieces, lead }: Pick<SharedContext, 'pieces' | 'lead'>,
): void {
  cache.clear(slot, lead)
  for (const { block, length } of pieces) cache.append(slot, block, 0, length)
}

/** A shared prompt is read apart only where it saves more than it costs. */
const LEAST_REQUESTS = 4
const LEAST_TOKENS = 8

/** Finds, for each prefix among the requests, the tokens with which all its prompts begin, and runs them once. */
export async function sharedContexts(
  core: ModelCore,
  requests: readonly TokenizedRequest[],
): Promise<Map<Prefix | undefined, SharedContext>> {
  const contexts = new Map<Prefix | undefined, SharedContext>()
  for (const [prefix, prompts] of promptsByPrefix(requests)) {
    const common = prompts.length < LEAST_REQUESTS ? 0 : sharedPromptLength(prompts)
    const sharedPrompt = common < LEAST_TOKENS ? [] : (prompts[0] ?? []).slice(0, common)
    contexts.set(prefix, await contextOf(core, prefix, sharedPrompt))
  }
  return contexts
}

/** The prompts of requests, those with one prefix together. */
export function promptsByPrefix(
  requests: readonly TokenizedRequest[],
): Map<Prefix | undefined, (readonly number[])[]> {
  const groups = new Map<Prefix | undefined, (readonly number[])[]>()
  for (const { prefix, tokens } of requests) groups.set(prefix, [...(groups.get(prefix) ?? []), tokens])
  return groups
}

/** A prefix, and a shared prompt behind it, as what stands before requests. */
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

/** Keys and values of a prefix without parts at positions 0 … m−1, [kvHeads, 1, m, D] per layer; kept by the model. */
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
  /** Of its own sampling stream; by default one of the batch's seed and the index. */
  readonly seed?: number | undefined
}
