import { extend } from './extend.ts'
import { type BlockKeyValues, createKeyValueCache, type KeyValueCache, type Lead } from './key-value-cache.ts'
import type { Prefix } from './language-model.ts'
import type { ModelCore } from './model-core.ts'
import { partKeyValues } from './prefix-key-values.ts'
import { partsOf, prefixBias, spanOf } from './prefix-parts.ts'
import { commonHead } from './row-layout.ts'
import type { TokenizedRequest } from './tokenized-request.ts'

/** What stands before the own tokens of every request with one prefix: the prefix and how their prompts all begin. */
export interface SharedContext {
  /** Prompt tokens that it covers. */
  readonly head: number
  /** Places that it takes in a cache: prefix and head. */
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

/** A head is computed apart only where it saves more than it costs. */
const LEAST_REQUESTS = 4
const LEAST_HEAD = 8

/** Finds, for each prefix among the requests, the tokens with which all its prompts begin, and runs them once. */
export async function sharedContexts(
  core: ModelCore,
  requests: readonly TokenizedRequest[],
): Promise<Map<Prefix | undefined, SharedContext>> {
  const groups = new Map<Prefix | undefined, (readonly number[])[]>()
  for (const { prefix, tokens } of requests) groups.set(prefix, [...(groups.get(prefix) ?? []), tokens])
  const contexts = new Map<Prefix | undefined, SharedContext>()
  for (const [prefix, prompts] of groups) {
    const common = prompts.length < LEAST_REQUESTS ? 0 : commonHead(prompts)
    const head = common < LEAST_HEAD ? [] : (prompts[0] ?? []).slice(0, common)
    contexts.set(prefix, await contextOf(core, prefix, head))
  }
  return contexts
}

/** A prefix, and a head of prompts behind it, as what stands before requests. */
export async function contextOf(
  core: ModelCore,
  prefix: Prefix | undefined,
  head: readonly number[],
): Promise<SharedContext> {
  const length = (prefix?.length ?? 0) + head.length
  const parts = prefix ? partsOf(prefix) : []
  const pieces: Piece[] = []
  for (const { prefix: part } of parts) {
    pieces.push({ block: await partKeyValues(core, part), length: part.length })
  }
  const lead = prefix?.parts && {
    surplus: prefix.length - spanOf(prefix),
    bias: prefixBias(prefix),
  }
  if (head.length === 0) return { head: 0, length, pieces, lead }
  const cache = createKeyValueCache(core.config, 1, length)
  enterContext(cache, 0, { pieces, lead })
  const { block } = await extend(core, {
    tokens: [head],
    starts: [cache.position(0)],
    output: 'argmax',
    ...(prefix && { past: cache }),
  })
  cache.append(0, block, 0, head.length)
  return { head: head.length, length, pieces: [{ block: cache.block(), length }], lead }
}
